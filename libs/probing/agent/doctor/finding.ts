/** `warning`: the agent works, but not as well as it could; `skipped`: could not be checked, because of another finding. */
export type FindingState = 'ok' | 'warning' | 'fault' | 'skipped';

/** Result of one check of the agent's surroundings. */
export interface Finding {
  check: string;
  state: FindingState;
  /** Sentences for the operator. */
  detail: string;
  /** Command that fixes it, or the step where no command can. */
  fix?: string;
}

export type CheckResult = Omit<Finding, 'check'>;

export const ok = (detail: string): CheckResult => ({ state: 'ok', detail });
export const warning = (detail: string, fix: string): CheckResult => ({ state: 'warning', detail, fix });
export const fault = (detail: string, fix: string): CheckResult => ({ state: 'fault', detail, fix });
export const skipped = (detail: string): CheckResult => ({ state: 'skipped', detail });

/** Runs a check; what it throws is its finding. */
export async function found(
  check: string,
  run: () => CheckResult | Promise<CheckResult>,
  fix: string,
): Promise<Finding> {
  try {
    return { check, ...(await run()) };
  } catch (error) {
    return { check, ...fault(messageOf(error), fix) };
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns a text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
