import { isReservedName, RESERVED_NAME } from './reserved-names';
import { plainTextFault } from './plain-text';

export interface TagRules {
  key: RegExp;
  /** The pattern of keys in words. */
  keyWords: string;
  tagsMax: number;
  valueLengthMin: number;
  valueLengthMax: number;
}

const SHOWN_MAX = 63;
/** A key fit to be repeated in a message. */
const shown = (key: string): string => `"${key.replace(/[^\x20-\x7e]/g, '?').slice(0, SHOWN_MAX)}"`;

/** Why a value is no object of `key: text` that keeps the rules; null when it is one. */
export function tagsFault(value: unknown, rules: TagRules): string | null {
  const { key: pattern, keyWords, tagsMax, valueLengthMin, valueLengthMax } = rules;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object of texts';
  const entries = Object.entries(value);
  if (entries.length > tagsMax) return `must be at most ${tagsMax}, not ${entries.length}`;
  for (const [key, text] of entries) {
    if (isReservedName(key)) return `must have other keys: ${shown(key)} ${RESERVED_NAME}`;
    if (!pattern.test(key)) return `must have keys of ${keyWords}: ${shown(key)} is none`;
    if (typeof text !== 'string' || text.length < valueLengthMin || text.length > valueLengthMax) {
      return `must have texts of ${valueLengthMin} to ${valueLengthMax} characters: ${shown(key)} has none`;
    }
    const fault = plainTextFault(text);
    if (fault !== null) return `must have plain texts: the value of ${shown(key)} ${fault}`;
  }
  return null;
}
