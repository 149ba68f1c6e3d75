import { DomainError } from './domain-error';

/** A database, broker or cache does not answer; a later retry may succeed. */
export class DependencyUnavailable extends DomainError {
  override readonly name = 'DependencyUnavailable';

  /** `dependency` is the operator's name for it: "control database", "Kafka". */
  constructor(
    readonly dependency: string,
    /** `detail` replaces the text, for a dependency that answers but temporarily refuses. `retryAfterS` defaults to 5. */
    options: ErrorOptions & { retryAfterS?: number; detail?: string } = {},
  ) {
    super(
      'unavailable',
      options.detail ?? `${withArticle(dependency)} does not answer. Try again in a few seconds.`,
      undefined,
      options,
    );
    this.retryAfterS = options.retryAfterS ?? 5;
  }

  readonly retryAfterS: number;
}

/** Returns the start of a sentence: proper names have no article. */
function withArticle(dependency: string): string {
  return /^[A-Z]/.test(dependency) ? dependency : `The ${dependency}`;
}
