import { isReservedName, RESERVED_NAME } from './reserved-names';
import { plainTextFault } from './plain-text';

export interface TagRules {
  key: RegExp;
  /** Description of the pattern of keys. */
  keyWords: string;
  tagsMax: number;
  valueLengthMin: number;
  valueLengthMax: number;
}

const SHOWN_MAX = 63;
/** Returns a key in a form that is safe in a message. */
const shown = (key: string): string => `"${key.replace(/[^\x20-\x7e]/g, '?').slice(0, SHOWN_MAX)}"`;

/** Returns the fault of a value that is not an object of `key: text` that conforms to the rules; null if it is valid. */
export function tagsFault(value: unknown, rules: TagRules): string | null {
  const { key: pattern, keyWords, tagsMax, valueLengthMin, valueLengthMax } = rules;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object of texts';
  const entries = Object.entries(value);
  if (entries.length > tagsMax) return `must have at most ${tagsMax} keys, not ${entries.length}`;
  for (const [key, text] of entries) {
    if (isReservedName(key)) return `must have valid keys: ${shown(key)} ${RESERVED_NAME}`;
    if (!pattern.test(key)) return `must have keys of ${keyWords}: ${shown(key)} is not valid`;
    if (typeof text !== 'string' || text.length < valueLengthMin || text.length > valueLengthMax) {
      return `must have texts of ${valueLengthMin} to ${valueLengthMax} characters: the value of ${shown(key)} is not valid`;
    }
    const fault = plainTextFault(text);
    if (fault !== null) return `must have plain texts: the value of ${shown(key)} ${fault}`;
  }
  return null;
}
