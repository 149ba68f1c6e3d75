import { registerDecorator, type ValidationOptions } from 'class-validator';

export const TAGS_MAX = 32;
const KEY = /^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?$/;
const VALUE_LENGTH_MAX = 200;
// Control characters would break logs, exports and terminals.
const VALUE = /^[^\p{Cc}]+$/u;

/** True for a bounded object of `key: value` texts. */
export function areTags(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= TAGS_MAX &&
    entries.every(
      ([key, text]) => KEY.test(key) && typeof text === 'string' && text.length <= VALUE_LENGTH_MAX && VALUE.test(text),
    )
  );
}

/** Property decorator: tags as `areTags` has them. */
export const IsTags =
  (options?: ValidationOptions): PropertyDecorator =>
  (target, property) => {
    registerDecorator({
      name: 'isTags',
      target: target.constructor,
      propertyName: String(property),
      options: {
        message: `tags must be an object of at most ${TAGS_MAX} texts: keys of letters, digits, "_", "." and "-" (at most 63), values of 1 to ${VALUE_LENGTH_MAX} printable characters`,
        ...options,
      },
      validator: { validate: areTags },
    });
  };
