/** Answer of the target to one probe, beyond its outcome and detail, which have numbers only. Results of the schedule do not keep it. */
export interface ProbeFacts {
  /** Status of the HTTP response. */
  httpStatus?: number;
  dns?: DnsFacts;
}

/** Answer of a name server. */
export interface DnsFacts {
  /** Name of the response code; `RCODE9` of one without a name. */
  rcode: string;
  /** Data of the records of the type asked for, as in zone files. Empty also if they cannot be read. */
  records: string[];
}
