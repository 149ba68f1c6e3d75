import { plainTextFault, tagsFault, type TagRules } from '@icmp-mon/platform/text';
import { Transform } from 'class-transformer';
import { registerDecorator, ValidateIf, type ValidationArguments } from 'class-validator';

const WHOLE_NUMBER = /^\d{1,15}$/;

/** The member may be left out. Unlike `IsOptional` of class-validator it does not let null pass for that. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** The member may be left out, or null to remove what it names. */
export const MayBeNull = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined && value !== null);

/** A query parameter in decimal digits becomes a number; whatever else JavaScript takes for one is left as text. */
export const WholeNumberParameter = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value,
  );

/** A text that people read as a name or a place: `plainTextFault` has the rule. */
export const IsPlainText = (): PropertyDecorator =>
  checked('isPlainText', (value) => (typeof value === 'string' ? plainTextFault(value) : 'must be a text'));

/** An object of `key: text` that keeps the rules. */
export const IsTags = (rules: TagRules): PropertyDecorator => checked('isTags', (value) => tagsFault(value, rules));

/** The same with null for keys that are removed, of which there may be as many again. */
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
