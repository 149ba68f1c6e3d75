import { DomainError } from './domain-error';

/** A database, broker or cache that does not answer now; trying again later is right. */
export class DependencyUnavailable extends DomainError {
  override readonly name = 'DependencyUnavailable';

  /** `dependency` is named as operators know it: "control database", "Kafka". */
  constructor(
    readonly dependency: string,
    /** `detail`: for one that answers, and refuses for now. */
    options: ErrorOptions & { retryAfterS?: number; detail?: string } = {},
  ) {
    super(
      'unavailable',
      options.detail ?? `The ${dependency} does not answer. Try again in a few seconds.`,
      undefined,
      options,
    );
    this.retryAfterS = options.retryAfterS ?? 5;
  }

  readonly retryAfterS: number;
}
