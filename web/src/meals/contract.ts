/** What the edge says about meals, as far as the desk shows it. */
export type Slot = "breakfast" | "lunch" | "dinner";
export type MealStage = "ordered" | "on_the_way" | "delivered" | "undelivered" | "cancelled";

export interface Meal {
  id: string;
  elder: string;
  day: string;
  slot: Slot;
  kitchen: string;
  dish: string;
  size: string;
  texture: string;
  serving: "dine_in" | "pick_up" | "delivery";
  price: number;
  stage: MealStage;
  why?: string;
  funding?: { state: "pending" | "held" | "refused"; code?: string };
  welfare?: { since: string; seen: string; incident?: string };
}

export interface Stop {
  at: "kitchen" | "courier" | "door";
  kitchen?: string;
  courier?: string;
  elder?: string;
  place: { lon: number; lat: number };
  meals: string[];
  eta: string;
  reached_at?: string;
  done_at?: string;
}

export interface Round {
  id: string;
  day: string;
  slot: Slot;
  courier: string;
  trip: number;
  stops: Stop[];
  pinned: boolean;
  stage: "planned" | "departed" | "ended" | "dissolved";
}

/** What the elder says, or what the box's label says. */
export type Proof = { proof: "code"; code: string } | { proof: "scan"; label: string };

/** What a courier does with a meal, as it was tapped. */
export type MealBody = { id: string; occurred_at: string } & (
  | ({ action: "deliver" } & Proof)
  | { action: "no_answer"; seen: string }
);

/** What a courier does with a round, or says of themselves. */
export type RoundBody = { id: string } & (
  | { request: "depart"; round: string }
  | { request: "trouble"; courier: string; what: "late" | "out" | "over"; by?: number; place?: { lon: number; lat: number } }
);

/** What the centre answers; the courier's rounds are asked for anew. */
export type MealAnswer = Record<string, unknown>;

export interface Dish {
  id: string;
  name: string;
  prices: Record<string, number>;
  capacity: number;
  contains: string[];
}

export interface Sitting {
  day: string;
  slot: Slot;
  kitchen: string;
  dishes: Dish[];
  pots?: Record<string, { pot: "cooking"; since: string } | { pot: "cooked"; at: string }>;
  replaced?: Record<string, string[]>;
  cut_off?: { at: string; given_up: string[]; more: number };
}

export type Clash =
  | { clash: "allergy"; allergen: string }
  | { clash: "diet"; diet: string }
  | { clash: "texture"; texture: string }
  | { clash: "dislike"; ingredient: string };

export interface KitchenCount {
  cut_off_at: string;
  given_up: number;
  unmet: number;
  servings: Record<string, number>;
  dishes: {
    dish: string;
    name: string;
    portions: number;
    kinds: { size: string; texture: string; portions: number }[];
    clashes: (Clash & { portions: number })[];
  }[];
}

export interface Staff {
  kitchens: { id: string }[];
}

/** What came of a spreadsheet. */
export interface Imported {
  accepted: number;
  rejected: { row: number; code: string; detail: string }[];
}
