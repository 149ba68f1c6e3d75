import { isObject, type Json, type JsonObject } from './json-value';

const DEPTH_MAX = 16;
/** Example values by the `format` of a schema. */
const BY_FORMAT: Readonly<Record<string, string>> = {
  uuid: '01936d2e-7c1a-7b3e-9a51-0242ac120002',
  'date-time': '2026-11-18T11:00:00.000Z',
  date: '2026-11-18',
  uri: 'https://monitor.example.net/',
  ipv4: '192.0.2.7',
};
const TEXT = 'text';

/** Returns a value that is valid for the schema, built from the examples of its parts where there are any. */
export function exampleOf(schema: Json | undefined, schemas: JsonObject, depth = 0): Json {
  if (!isObject(schema) || depth > DEPTH_MAX) return null;
  if (Array.isArray(schema['examples']) && schema['examples'].length > 0) return schema['examples'][0] ?? null;
  for (const given of ['const', 'default'] as const) if (schema[given] !== undefined) return schema[given];
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null;
  if (typeof schema['$ref'] === 'string')
    return exampleOf(schemas[schema['$ref'].split('/').at(-1) ?? ''], schemas, depth + 1);
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return exampleOf(choices[0], schemas, depth + 1);
  if (Array.isArray(schema['allOf'])) {
    const parts = schema['allOf'].map((part) => exampleOf(part, schemas, depth + 1));
    return Object.assign({}, ...parts.filter((part) => isObject(part))) as JsonObject;
  }
  return ofType(schema, schemas, depth);
}

function ofType(schema: JsonObject, schemas: JsonObject, depth: number): Json {
  const [type] = [schema['type']].flat();
  switch (String(type)) {
    case 'object':
      return ofObject(schema, schemas, depth);
    case 'array': {
      const count = typeof schema['minItems'] === 'number' ? Math.max(1, schema['minItems']) : 1;
      return Array.from({ length: count }, () => exampleOf(schema['items'], schemas, depth + 1));
    }
    case 'string':
      return ofString(schema);
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function ofString({ format, minLength }: JsonObject): string {
  const example = typeof format === 'string' ? (BY_FORMAT[format] ?? TEXT) : TEXT;
  return example.padEnd(typeof minLength === 'number' ? minLength : 0, '-');
}

function ofObject(schema: JsonObject, schemas: JsonObject, depth: number): JsonObject {
  const { properties, additionalProperties } = schema;
  const members = isObject(properties) ? Object.entries(properties) : [];
  const example = Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member, schemas, depth + 1)]));
  if (members.length === 0 && isObject(additionalProperties)) {
    example['key'] = exampleOf(additionalProperties, schemas, depth + 1);
  }
  return example;
}
