/** A target that has or had an address, and when it existed. */
export interface TargetLifetime {
  id: string;
  ip: string;
  vrf: string;
  /** ISO 8601. */
  registeredAt: string;
  /** ISO 8601; null while it exists. */
  removedAt: string | null;
  /** Actor of the removal: `user:<id>`, `api-key:<id>`, or a part of the product; null while it exists. */
  removedBy: string | null;
  /** Name of the user or API key; null for others. */
  removedByName: string | null;
}

/** `GET /api/v1/targets/{id}/lifetimes`: the targets of one address and VRF, newest first. */
export interface TargetLifetimes {
  items: TargetLifetime[];
}
