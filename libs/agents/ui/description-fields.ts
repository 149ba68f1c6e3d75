import { maxLength, type SchemaPath, type SchemaPathTree, validate } from '@angular/forms/signals';
import { AGENT_PLACE_LENGTH_MAX, CAPACITY_PPS_MAX } from '@icmp-mon/agents/contract';
import { countText } from '@icmp-mon/platform/ui-kit';
import { parseTags } from '@icmp-mon/targets/contract';

/** Invisible characters: control and format characters, line and paragraph separators. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Fields that describe an agent, as texts of a form. */
export interface DescriptionFieldValues {
  region: string;
  provider: string;
  /** `site=fra rack=7`. */
  tags: string;
  /** Packets per second; blank for no limit. */
  capacity: string;
}

/** Adds the validation of these fields. `tagsBefore` is a text that is accepted unchanged: an agent may report tags without a value. */
export function checkDescription(path: SchemaPathTree<DescriptionFieldValues>, tagsBefore = ''): void {
  for (const place of [path.region, path.provider]) {
    maxLength(place, AGENT_PLACE_LENGTH_MAX, { message: `At most ${AGENT_PLACE_LENGTH_MAX} characters.` });
    validate(place, ({ value }) =>
      UNSEEN.test(value()) ? { kind: 'unseen', message: 'The text contains an invisible character.' } : undefined,
    );
  }
  validate(path.tags, ({ value }) => {
    const parsed = parseTags(value());
    return 'error' in parsed && value() !== tagsBefore ? { kind: 'tags', message: parsed.error } : undefined;
  });
  checkCapacity(path.capacity);
}

/** Adds the validation of a capacity. */
export function checkCapacity(path: SchemaPath<string>): void {
  validate(path, ({ value }) =>
    capacityIn(value()) === undefined
      ? { kind: 'capacity', message: `Enter a whole number from 1 to ${countText(CAPACITY_PPS_MAX)}, or nothing.` }
      : undefined,
  );
}

/** Returns the packets per second of a text; null for a blank one, undefined for an invalid one. */
export function capacityIn(text: string): number | null | undefined {
  return text.trim() === '' ? null : countIn(text, CAPACITY_PPS_MAX);
}

/** Returns the whole number from 1 to `max` of a text, with at most as many digits as `max`; undefined for an invalid one. */
export function countIn(text: string, max: number): number | undefined {
  const digits = text.trim();
  const count = /^\d+$/.test(digits) && digits.length <= String(max).length ? Number(digits) : 0;
  return count >= 1 && count <= max ? count : undefined;
}
