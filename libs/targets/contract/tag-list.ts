/** Query parameters of `GET /api/v1/targets/tags`. */
export interface TagListQuery {
  /** Key whose values are listed; without it, keys are listed. */
  key?: string;
  prefix?: string;
  limit?: number;
}

/** Most targets that are counted per key or value: a key that all targets have is not counted on each letter that is typed. */
export const TAG_TARGETS_MAX = 10_000;

/** A key or value of tags, and how many targets have it: at most `TAG_TARGETS_MAX`, which then means as many or more. */
export interface TagCount {
  text: string;
  targets: number;
}

/** `GET /api/v1/targets/tags`: keys or values in alphabetical order. */
export interface TagList {
  items: TagCount[];
  /** Whether there are more than these. */
  isPartial: boolean;
}
