import { expect, test } from "vitest";

import { Motion } from "./motion.ts";

test("a person glides to the new place and rests there", () => {
  const motion = new Motion(true);
  motion.place("a", { lon: 0, lat: 0 }, 0);
  motion.place("a", { lon: 0.001, lat: 0 }, 1000);
  expect(motion.where("a", 1000)?.lon).toBe(0);
  expect(motion.where("a", 1500)?.lon).toBeCloseTo(0.0005);
  expect(motion.moving(1500)).toBe(true);
  expect(motion.where("a", 9000)?.lon).toBe(0.001);
  expect(motion.moving(9000)).toBe(false);
});

test("a turn begins where the person is drawn", () => {
  const motion = new Motion(true);
  motion.place("a", { lon: 0, lat: 0 }, 0);
  motion.place("a", { lon: 0.001, lat: 0 }, 1000);
  motion.place("a", { lon: 0, lat: 0.001 }, 1500);
  expect(motion.where("a", 1500)?.lon).toBeCloseTo(0.0005);
});

test("a far jump is a correction, and reduced motion has no gliding", () => {
  const motion = new Motion(true);
  motion.place("a", { lon: 0, lat: 0 }, 0);
  motion.place("a", { lon: 1, lat: 0 }, 1000);
  expect(motion.where("a", 1000)?.lon).toBe(1);
  const still = new Motion(false);
  still.place("a", { lon: 0, lat: 0 }, 0);
  still.place("a", { lon: 0.001, lat: 0 }, 1000);
  expect(still.where("a", 1000)?.lon).toBe(0.001);
});
