import type { FilterFault } from '@icmp-mon/targets/contract';

const CONTEXT_CHARACTERS = 24;

/** A fault of a filter with the text around it. */
export interface FaultParts {
  from: number;
  to: number;
  before: string;
  /** The faulty text; empty at the end of the filter. */
  faulty: string;
  after: string;
  detail: string;
}

/** Returns a fault with the text around it, for display at its place. */
export function faultParts(text: string, { offset, length, detail }: FilterFault): FaultParts {
  const to = offset + length;
  const start = Math.max(0, offset - CONTEXT_CHARACTERS);
  return {
    from: offset,
    to,
    before: `${start > 0 ? '…' : ''}${text.slice(start, offset)}`,
    faulty: text.slice(offset, to),
    after: `${text.slice(to, to + CONTEXT_CHARACTERS)}${to + CONTEXT_CHARACTERS < text.length ? '…' : ''}`,
    detail,
  };
}
