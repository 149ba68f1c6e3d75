/** Limits of maintenance windows. */
export const MAINTENANCE_LIMITS = {
  /** Windows and silences that are neither cancelled nor over. */
  windows: 2_000,
  /** Days from now for which occurrences are planned. */
  horizonDays: 400,
  /** Days for which a closed occurrence and its targets are kept. */
  keptDays: 396,
  /** Dates of one window that are skipped or moved. */
  changedDates: 400,
  titleLength: 200,
  nameLength: 100,
  reasonLength: 2_000,
  ticketLength: 200,
  rruleLength: 200,
  /** Last day of an occurrence, counted from its first. */
  endDayOffset: 7,
  /** Longest occurrence by the clock on the wall, also when it is extended, in minutes. */
  spanMinutes: 7 * 24 * 60,
  /** Longest silence, in minutes. */
  silenceMinutes: 7 * 24 * 60,
  /** Occurrences of a preview. */
  preview: 5,
  /** Occurrences, windows or targets of one page. */
  page: 500,
} as const;
