import { counted } from '@icmp-mon/platform/text';
import { Refusal } from '../api/refusal';

/** Most faults that are printed. */
const SHOWN_MAX = 30;

/** A place in a configuration file; line and column count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** A fault at a place; null: with the files as a whole. */
export interface Fault {
  place: Place | null;
  text: string;
}

/** A member of an item, as the names and indexes that lead to it. */
export type Path = readonly (string | number)[];

/** A fault of a member of an item. */
export interface ItemFault {
  path: Path;
  text: string;
}

/** The files have faults; nothing was planned or changed. */
export class FaultyConfig extends Refusal {
  constructor(readonly faults: readonly Fault[]) {
    super(messageOf(faults));
  }
}

function messageOf(faults: readonly Fault[]): string {
  const shown = faults.slice(0, SHOWN_MAX).map(faultText);
  const more = faults.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${counted(more, 'more fault')}`] : [])].join('\n');
}

export const placeText = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

const faultText = ({ place, text }: Fault): string => (place === null ? text : `${placeText(place)}: ${text}`);
