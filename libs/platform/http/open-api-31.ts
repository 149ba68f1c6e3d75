import type { OpenAPIObject } from '@nestjs/swagger';

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
type JsonObject = { [member: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

/** Rewrites what OpenAPI 3.0 spelled in its own way (`nullable`, boolean bounds, `example` in schemas) as JSON Schema 2020-12. */
function modernSchema(value: Json): Json {
  if (Array.isArray(value)) return value.map(modernSchema);
  if (!isObject(value)) return value;
  const schema: JsonObject = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, modernSchema(member)]),
  );
  for (const [bound, limit] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof schema[bound] !== 'boolean') continue;
    const exclusive = schema[bound] && schema[limit] !== undefined;
    delete schema[bound];
    if (exclusive) {
      schema[bound] = schema[limit] as Json;
      delete schema[limit];
    }
  }
  return withoutNullable(schema);
}

function withoutNullable(schema: JsonObject): JsonObject {
  if (typeof schema['nullable'] !== 'boolean') return schema;
  const { nullable, ...rest } = schema;
  if (!nullable) return rest;
  if (typeof rest['type'] === 'string') {
    const nullable31: JsonObject = { ...rest, type: [rest['type'], 'null'] };
    if (Array.isArray(rest['enum'])) nullable31['enum'] = [...rest['enum'], null];
    return nullable31;
  }
  if (Array.isArray(rest['type'])) return rest;
  if (typeof rest['$ref'] === 'string' || Array.isArray(rest['allOf']) || Array.isArray(rest['oneOf'])) {
    return { anyOf: [rest, { type: 'null' }] };
  }
  return rest;
}

/** A class and its method each add the ways to log in; a reader wants them once. */
function eachOnce(security: Json[]): Json[] {
  return [...new Map(security.map((way) => [JSON.stringify(way), way])).values()];
}

function withProblems(operation: JsonObject): JsonObject {
  const responses = isObject(operation['responses']) ? operation['responses'] : {};
  const { security } = operation;
  return {
    ...operation,
    ...(Array.isArray(security) && { security: eachOnce(security) }),
    responses: {
      ...responses,
      default: {
        description: 'Anything that went wrong.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

/**
 * The document that the framework wrote, valid as OpenAPI 3.1: its schemas are JSON Schema 2020-12 and every operation
 * names the problem document as its answer to errors.
 */
export function toOpenApi31(written: OpenAPIObject, problemSchema: Record<string, unknown>): OpenAPIObject {
  // A round trip through JSON drops undefined members and shared references.
  const document = modernSchema(JSON.parse(JSON.stringify(written)) as Json) as JsonObject;
  const components = isObject(document['components']) ? document['components'] : {};
  const schemas = isObject(components['schemas']) ? components['schemas'] : {};
  const paths = isObject(document['paths']) ? document['paths'] : {};
  const pathsWithProblems = Object.entries(paths).map(([path, item]) => [
    path,
    isObject(item)
      ? Object.fromEntries(
          Object.entries(item).map(([method, operation]) =>
            METHODS.includes(method) && isObject(operation) ? [method, withProblems(operation)] : [method, operation],
          ),
        )
      : item,
  ]);
  return {
    ...document,
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    paths: Object.fromEntries(pathsWithProblems),
    components: { ...components, schemas: { ...schemas, Problem: problemSchema } },
  } as unknown as OpenAPIObject;
}
