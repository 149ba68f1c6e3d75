/** The kinds of details of results that the control plane reads. The gateway binds it to the reports of processes. */
export abstract class ReadableDetails {
  /**
   * Returns the highest kind that every process reads which stores or shows results; undefined if none reports.
   * @throws DependencyUnavailable while the database is unreachable
   */
  abstract readKindMax(): Promise<number | undefined>;
}
