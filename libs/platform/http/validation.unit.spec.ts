import { Type } from 'class-transformer';
import { IsInt, IsString, MaxLength, MinLength, ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { RequestPipe } from './validation';

class Inner {
  @IsInt()
  count!: number;
}

class Body {
  @IsString()
  @MinLength(1)
  @MaxLength(5)
  name!: string;

  @ValidateNested()
  @Type(() => Inner)
  inner!: Inner;
}

const pipe = new RequestPipe();
const body = (value: unknown): Promise<unknown> => pipe.transform(value, { type: 'body', metatype: Body });

describe('RequestPipe', () => {
  it('returns a valid body as an instance of its class', async () => {
    await expect(body({ name: 'a', inner: { count: 1 } })).resolves.toBeInstanceOf(Body);
  });

  it('points at each wrong field of a body', async () => {
    await expect(body({ name: 1, inner: { count: 'x' }, 'odd/name': 1 })).rejects.toMatchObject({
      code: 'invalid',
      errors: expect.arrayContaining([
        expect.objectContaining({ pointer: '#/odd~1name' }),
        expect.objectContaining({ pointer: '#/name' }),
        expect.objectContaining({ pointer: '#/inner/count' }),
      ]) as unknown,
    });
  });

  it.each([
    ['a missing field', {}, 'name is required'],
    ['a field of another type', { name: 1 }, 'name must be a string'],
    ['an unknown field', { name: 'a', nmae: 'a' }, 'There is no field "nmae"; did you mean "name"?'],
    ['an unknown field that resembles no other', { name: 'a', colour: 'a' }, 'There is no field "colour".'],
    ['a text that is too long', { name: 'abcdef' }, 'name must be shorter than or equal to 5 characters'],
  ])('reports one error for %s', async (_of, sent, detail) => {
    await expect(body({ inner: { count: 1 }, ...sent })).rejects.toMatchObject({
      errors: [expect.objectContaining({ detail })],
    });
  });

  it.each([[[]], [[{ name: 'a', inner: { count: 1 } }]], [null], ['{}'], [undefined]])(
    'requires an object where %j was sent',
    async (sent) => {
      const detail = 'The body is not a JSON object. Send one with Content-Type: application/json.';
      await expect(body(sent)).rejects.toMatchObject({ code: 'invalid', message: detail });
    },
  );

  it('names a query parameter', async () => {
    await expect(
      pipe.transform({ name: 1, inner: { count: 1 } }, { type: 'query', metatype: Body }),
    ).rejects.toMatchObject({
      errors: [expect.objectContaining({ pointer: '?name' })],
    });
  });

  it('suggests the query parameter that was probably meant', async () => {
    const query = { name: 'a', inner: { count: 1 }, iner: 1 };
    await expect(pipe.transform(query, { type: 'query', metatype: Body })).rejects.toMatchObject({
      errors: [{ pointer: '?iner', detail: 'There is no parameter "iner"; did you mean "inner"?' }],
    });
  });

  it.each([[undefined], [null], ['text'], [1]])('requires an object instead of %j', async (value) => {
    await expect(body(value)).rejects.toMatchObject({
      code: 'invalid',
      detail: expect.stringContaining('JSON object') as string,
    });
  });

  it('refuses a body that is nested too deep, regardless of its class', async () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`);
    await expect(body({ name: 'a', inner: deep })).rejects.toMatchObject({
      detail: expect.stringContaining('nested') as string,
    });
  });

  it.each([
    ['at its top', (many: object) => ({ name: 'a', ...many })],
    ['inside', (many: object) => ({ name: 'a', inner: many })],
    ['in lists', (many: object) => ({ name: 'a', inner: [Object.values(many), Object.values(many)] })],
  ])('refuses a body with too many members (%s) before validating each', async (_, of) => {
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_member, at) => [`k${at}`, at]));
    await expect(body(of(many))).rejects.toMatchObject({
      code: 'invalid',
      detail: 'The body has more than 1000 members.',
    });
  });
});
