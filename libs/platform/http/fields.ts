import { plainLinesFault, plainTextFault, tagsFault, type TagRules } from '@icmp-mon/platform/text';
import { Transform } from 'class-transformer';
import { Matches, registerDecorator, ValidateIf, type ValidationArguments } from 'class-validator';

const WHOLE_NUMBER = /^\d{1,15}$/;

/** The member is optional. Unlike `IsOptional` of class-validator, null is not accepted. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** The member is optional; null removes the value. */
export const MayBeNull = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined && value !== null);

/** The member is required, and may be null. */
export const OrNull = (): PropertyDecorator => ValidateIf((_, value) => value !== null);

/** Converts a query parameter of decimal digits to a number. Any other text stays a text, also if JavaScript would accept it as a number. */
export const WholeNumberParameter = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value,
  );

/** Converts a query parameter `true` or `false`. Any other text stays a text. */
export const TrueOrFalseParameter = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));

/** A text that is searched for; PostgreSQL has no text with a null character. */
export const HasNoControlCharacters = (): PropertyDecorator =>
  Matches(/^[^\p{Cc}]*$/u, { message: '$property must not contain control characters' });

/** A text that people read as a name or a place; for the rule see `plainTextFault`. */
export const IsPlainText = (): PropertyDecorator =>
  checked('isPlainText', (value) => (typeof value === 'string' ? plainTextFault(value) : 'must be a string'));

/** A text of several lines; for the rule see `plainLinesFault`. */
export const IsPlainLines = (): PropertyDecorator =>
  checked('isPlainLines', (value) => (typeof value === 'string' ? plainLinesFault(value) : 'must be a string'));

/** An object of tags (`key: text`) that conforms to the rules. */
export const IsTags = (rules: TagRules): PropertyDecorator => checked('isTags', (value) => tagsFault(value, rules));

/** Changes to tags: null removes a key. The limit on the number of keys applies to set and to removed keys separately. */
export const IsTagChanges = (rules: TagRules): PropertyDecorator =>
  checked('isTagChanges', (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return tagsFault(value, rules);
    const entries = Object.entries(value);
    const [kept, removed] = [entries.filter(([, text]) => text !== null), entries.filter(([, text]) => text === null)];
    const asTexts = removed.map(([key]) => [key, 'x'.repeat(rules.valueLengthMin)]);
    return tagsFault(Object.fromEntries(kept), rules) ?? tagsFault(Object.fromEntries(asTexts), rules);
  });

function checked(name: string, faultOf: (value: unknown) => string | null): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) => faultOf(value) === null,
        defaultMessage: (checkedAt?: ValidationArguments) =>
          `${checkedAt?.property ?? 'it'} ${faultOf(checkedAt?.value) ?? 'is not valid'}`,
      },
    });
  };
}
