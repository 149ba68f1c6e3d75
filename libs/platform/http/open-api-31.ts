import type { OpenAPIObject } from '@nestjs/swagger';
import { isObject, type Json, type JsonObject } from './json-value';
import { exampleOf } from './open-api-examples';
import { PROBLEM_SCHEMA, problemResponses, problemsOf } from './open-api-problems';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

/** Rewrites the schema keywords of OpenAPI 3.0 (`nullable`, boolean bounds, `example`) as JSON Schema 2020-12. */
function modernSchema(value: Json): Json {
  if (Array.isArray(value)) return value.map(modernSchema);
  if (!isObject(value)) return value;
  const schema: JsonObject = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, modernSchema(member)]),
  );
  if ('example' in schema && 'type' in schema) {
    schema['examples'] = [schema['example']];
    delete schema['example'];
  }
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

/** Alternative ways to authenticate. An operation with an empty list is public. */
const LOGGED_IN: JsonObject[] = [{ apiKey: [] }, { session: [] }];

interface Described {
  path: string;
  method: string;
  operation: JsonObject;
  schemas: JsonObject;
}

function described({ path, method, operation, schemas }: Described): JsonObject {
  const { security, ...rest } = operation;
  // Nearly all operations need a login, so the document declares it once at the top; public ones override it.
  const isOpen = !Array.isArray(security) || security.length === 0;
  const known: JsonObject = isOpen ? { ...rest, security: [] } : rest;
  const responses = isObject(rest['responses']) ? rest['responses'] : {};
  // A declared error without a body is a problem document.
  const answers = Object.entries(responses).filter(
    ([status, answer]) => status !== 'default' && (Number(status) < 400 || (isObject(answer) && 'content' in answer)),
  );
  return {
    ...known,
    ...(isObject(rest['requestBody']) && { requestBody: withExamples(rest['requestBody'], schemas) }),
    responses: {
      ...problemsOf(known, { path, method }),
      ...Object.fromEntries(answers.map(([status, answer]) => [status, withExamples(answer, schemas)])),
    },
  };
}

/** Returns the schemas with those of request bodies closed: validation refuses unknown fields. */
function closedBodies(schemas: JsonObject): JsonObject {
  const closed = Object.entries(schemas).map(([name, schema]) =>
    name.endsWith('Request') && isObject(schema) && 'properties' in schema
      ? [name, { additionalProperties: false, ...schema }]
      : [name, schema],
  );
  return Object.fromEntries(closed) as JsonObject;
}

/** Returns a body or response with an example for each of its media types. */
function withExamples(described: Json, schemas: JsonObject): Json {
  if (!isObject(described) || !isObject(described['content'])) return described;
  const content = Object.entries(described['content']).map(([type, media]) => {
    if (!isObject(media) || 'example' in media || 'examples' in media) return [type, media];
    return [type, { ...media, example: exampleOf(media['schema'], schemas) }];
  });
  return { ...described, content: Object.fromEntries(content) as JsonObject };
}

/**
 * Converts the document that `@nestjs/swagger` generated to valid OpenAPI 3.1: schemas become JSON Schema 2020-12, bodies and responses get
 * examples, and every operation lists the problem documents that it may return.
 */
export function toOpenApi31(written: OpenAPIObject): OpenAPIObject {
  // A round trip through JSON drops undefined members and shared references.
  const document = modernSchema(JSON.parse(JSON.stringify(written)) as Json) as JsonObject;
  const components = isObject(document['components']) ? document['components'] : {};
  const schemas = isObject(components['schemas']) ? components['schemas'] : {};
  const paths = isObject(document['paths']) ? document['paths'] : {};
  const describedPaths = Object.entries(paths).map(([path, item]) => [
    path,
    isObject(item)
      ? Object.fromEntries(
          Object.entries(item).map(([method, operation]) =>
            METHODS.includes(method) && isObject(operation)
              ? [method, described({ path, method, operation, schemas })]
              : [method, operation],
          ),
        )
      : item,
  ]);
  return {
    ...document,
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    security: LOGGED_IN,
    paths: Object.fromEntries(describedPaths),
    components: {
      ...components,
      schemas: { ...closedBodies(schemas), Problem: PROBLEM_SCHEMA },
      responses: problemResponses(),
    },
  } as unknown as OpenAPIObject;
}
