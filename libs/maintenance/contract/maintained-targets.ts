/** Targets of open and closed occurrences, for work of other contexts in the worker. */
export abstract class MaintainedTargets {
  /** Returns the keys of the targets that were in an occurrence at some time from `fromMs` to before `toMs`, ms since 1970. */
  abstract keysDuring(fromMs: number, toMs: number): Promise<ReadonlySet<number>>;
}
