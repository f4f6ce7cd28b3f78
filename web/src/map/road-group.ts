/** Road classes as the map draws them, from OpenStreetMap's words. */
export type RoadGroup = "path" | "minor" | "tertiary" | "secondary" | "primary" | "major";

const GROUP_OF: Record<string, RoadGroup> = {
  motorway: "major",
  trunk: "major",
  primary: "primary",
  secondary: "secondary",
  tertiary: "tertiary",
  residential: "minor",
  unclassified: "minor",
  living_street: "minor",
  road: "minor",
};

export function groupOf(roadClass: string): RoadGroup {
  return GROUP_OF[roadClass.replace(/_link$/, "")] ?? "path";
}
