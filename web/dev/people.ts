/** Generated elders and caregivers with names, as a registry would hold them. */
import type { CaregiverProfile, ElderProfile, Qualification } from "../src/contract.ts";
import { between, pick, type Random } from "./random.ts";
import type { Roads } from "./roads.ts";

export const STREETS = [
  { id: "xinhua", name: "新华街道" },
  { id: "xiongguan", name: "雄关街道" },
  { id: "shengli", name: "胜利街道" },
  { id: "jianshe", name: "建设街道" },
  { id: "wenshu", name: "文殊镇" },
];
const SURNAMES = [..."王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗"];
const GIVEN = ["秀英", "桂兰", "建国", "志强", "玉珍", "淑芬", "德明", "海燕", "雪梅", "文华", "永福", "丽娟", "小军", "春花", "国庆", "晓燕"];

export interface Named<P> {
  profile: P;
  name: string;
}
const name = (r: Random) => pick(r, SURNAMES) + pick(r, GIVEN);
const streetOf = (index: number) => (STREETS[index % STREETS.length] as (typeof STREETS)[0]).id;
const pad = (n: number, width: number) => String(n).padStart(width, "0");

export function generateElders(r: Random, roads: Roads, count: number): Named<ElderProfile>[] {
  return Array.from({ length: count }, (_, i) => {
    const node = pick(r, roads.nodes.filter((n) => n.next.length > 1));
    const classes: ElderProfile["priority_classes"] = r() < 0.3 ? [pick(r, ["alone", "disabled", "advanced_age"] as const)] : [];
    const street = streetOf(Math.floor(r() * 5));
    return {
      name: name(r),
      profile: {
        id: `e-${pad(i + 1, 4)}`,
        place: { lon: node.place.lon + between(r, -0.0008, 0.0008), lat: node.place.lat + between(r, -0.0006, 0.0006) },
        street,
        community: `${street}-${1 + Math.floor(r() * 4)}`,
        ability: pick(r, ["intact", "intact", "mild", "moderate", "severe"] as const),
        priority_classes: classes,
        blocked: [],
        preferred: [],
        arrival_radius: 150,
        closed: false,
      },
    };
  });
}

export function generateCaregivers(r: Random, count: number, now: number): Named<CaregiverProfile>[] {
  const iso = (ms: number) => new Date(ms).toISOString();
  const year = { earliest: iso(now - 2e10), latest: iso(now + 2e10) };
  const extra: Qualification[] = ["nurse", "rehabilitation", "repair", "assessor"];
  return Array.from({ length: count }, (_, i) => ({
    name: name(r),
    profile: {
      id: `c-${pad(i + 1, 2)}`,
      organisation: `org-${1 + (i % 4)}`,
      street: streetOf(i),
      mode: i % 7 === 0 ? "walk" : "e_bike",
      certificates: [
        { qualification: "elder_care", valid: year },
        ...(i % 3 === 0 ? [{ qualification: extra[(i / 3) % extra.length] as Qualification, valid: year }] : []),
      ],
      health_certificate: year,
      trained: true,
      shifts: [{ earliest: iso(now - 5 * 3_600_000), latest: iso(now + 5 * 3_600_000) }],
      breaks: [],
      max_radius: 8000,
      rating: 420 + Math.floor(r() * 80),
      suspended: false,
    },
  }));
}
