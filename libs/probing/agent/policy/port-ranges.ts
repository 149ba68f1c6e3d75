const PORT_MAX = 65_535;
const RANGE = /^(\d{1,5})(?:-(\d{1,5}))?$/;

/** Ports and ranges of ports, such as `443` and `8000-8999`. */
export class PortRanges {
  private readonly ranges: readonly { from: number; to: number }[];

  /** Throws a RangeError that quotes an invalid one. */
  constructor(readonly texts: readonly string[]) {
    this.ranges = texts.map(parseRange);
  }

  has(port: number): boolean {
    return this.ranges.some(({ from, to }) => port >= from && port <= to);
  }
}

function parseRange(text: string): { from: number; to: number } {
  const found = RANGE.exec(text);
  const from = Number(found?.[1] ?? 0);
  const to = Number(found?.[2] ?? from);
  if (from >= 1 && from <= to && to <= PORT_MAX) return { from, to };
  throw new RangeError(`"${text}" is not a port such as 443 or a range such as 8000-8999`);
}
