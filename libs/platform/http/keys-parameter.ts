import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, Max, Min } from 'class-validator';

/** Largest `integer` of PostgreSQL, the type of keys. */
const KEY_MAX = 2 ** 31 - 1;
const NUMBER = /^\d{1,10}$/;

/** Parses `1,2,3`; an invalid number remains a text and is refused as such. */
function numbersOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value.split(',').map((text) => (NUMBER.test(text) ? Number(text) : text));
}

/** A query parameter of 1 to `max` keys of targets: `?keys=1,2,3`. */
export const KeysParameter = (max: number): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      ...{ type: 'string', minLength: 1, maxLength: max * 11 - 1, example: '1,2,3' },
      description: `Keys of 1 to ${max} targets, separated by commas, for example the visible rows of a list.`,
    }),
    Transform(({ value }) => numbersOf(value)),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(max),
    IsInt({ each: true }),
    Min(1, { each: true }),
    Max(KEY_MAX, { each: true }),
  );
