/** Executors that agents report, for other contexts; bound to the latest reports. */
export abstract class ReportedExecutors {
  /** Returns the types of the executors of all agents in service, working or not, sorted; empty before the first report. */
  abstract executorTypes(): Promise<string[]>;
}
