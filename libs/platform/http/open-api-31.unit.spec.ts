import type { OpenAPIObject } from '@nestjs/swagger';
import { describe, expect, it } from 'vitest';
import { toOpenApi31 } from './open-api-31';

function convert(schema: object): unknown {
  const written = {
    openapi: '3.0.0',
    info: { title: 't', version: '1' },
    paths: {},
    components: { schemas: { S: schema } },
  };
  return toOpenApi31(written as unknown as OpenAPIObject).components?.schemas?.['S'];
}

describe('toOpenApi31', () => {
  it.each([
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      { type: 'string', enum: ['a'], nullable: true },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [{ type: 'string', nullable: false }, { type: 'string' }],
    [{ $ref: '#/x', nullable: true }, { anyOf: [{ $ref: '#/x' }, { type: 'null' }] }],
    [
      { type: 'number', minimum: 0, exclusiveMinimum: true },
      { type: 'number', exclusiveMinimum: 0 },
    ],
    [
      { type: 'number', maximum: 9, exclusiveMaximum: false },
      { type: 'number', maximum: 9 },
    ],
    [
      { type: 'array', items: { type: 'string', nullable: true } },
      { type: 'array', items: { type: ['string', 'null'] } },
    ],
  ])('converts %j to %j', (schema, modern) => {
    expect(convert(schema)).toEqual(modern);
  });

  it('declares the ways to authenticate once, and adds examples to bodies and responses', () => {
    const body = { content: { 'application/json': { schema: { $ref: '#/components/schemas/S' } } } };
    const operation = {
      security: [{ apiKey: [] }],
      responses: { '200': { description: 'ok', ...body } },
      requestBody: body,
    };
    const written = {
      openapi: '3.0.0',
      info: { title: 't', version: '1' },
      paths: { '/a/{id}': { post: operation, get: { responses: {} } } },
      components: { schemas: { S: { type: 'object', properties: { at: { type: 'string', format: 'date-time' } } } } },
    };
    const document = toOpenApi31(written as unknown as OpenAPIObject);
    expect(document.security).toEqual([{ apiKey: [] }, { session: [] }]);
    const example = { at: '2026-11-18T11:00:00.000Z' };
    expect(document.paths['/a/{id}']).toMatchObject({
      post: {
        requestBody: { content: { 'application/json': { example } } },
        responses: {
          '200': { content: { 'application/json': { example } } },
          '413': { $ref: expect.any(String) as string },
        },
      },
      get: { security: [], responses: { '404': { $ref: '#/components/responses/Problem404' } } },
    });
    expect(document.paths['/a/{id}']?.post).not.toHaveProperty('security');
  });

  it('gives every operation the problem document as its default error response', () => {
    const written = {
      openapi: '3.0.0',
      info: { title: 't', version: '1' },
      paths: { '/a': { get: { responses: { '200': { description: 'ok' } } }, parameters: [] } },
    };
    const document = toOpenApi31(written as unknown as OpenAPIObject);
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/a']?.get?.responses).toMatchObject({
      '200': { description: 'ok' },
      default: { content: { 'application/problem+json': {} } },
    });
    expect(document.components?.schemas).toHaveProperty('Problem');
  });

  it('documents the errors of a route: by rules, and as the route declares them', () => {
    const secured = { security: [{ apiKey: [] }], responses: {} };
    const declared = { ...secured, responses: { '404': { description: '' } } };
    const written = {
      openapi: '3.0.0',
      info: { title: 't', version: '1' },
      paths: { '/a': { get: declared, post: secured }, '/login': { post: { responses: {} } } },
    };
    const { paths } = toOpenApi31(written as unknown as OpenAPIObject);
    const statuses = (path: string, method: 'get' | 'post'): string[] =>
      Object.keys(paths[path]?.[method]?.responses ?? {});
    expect(statuses('/a', 'get')).toEqual(['401', '403', '404', '429', '431', '503', 'default']);
    expect(paths['/a']?.get?.responses?.['404']).toEqual({ $ref: '#/components/responses/Problem404' });
    expect(statuses('/a', 'post')).toEqual(['401', '403', '409', '429', '431', '503', 'default']);
    expect(statuses('/login', 'post')).toEqual(['429', '431', '503', 'default']);
  });

  it('closes the bodies of requests, because unknown fields are refused', () => {
    const properties = { a: { type: 'string' } };
    const schemas = {
      MakeRequest: { type: 'object', properties },
      MadeResponse: { type: 'object', properties },
      OpenRequest: { type: 'object', properties, additionalProperties: true },
    };
    const written = { openapi: '3.0.0', info: { title: 't', version: '1' }, paths: {}, components: { schemas } };
    const closed = toOpenApi31(written as unknown as OpenAPIObject).components?.schemas;
    expect(closed?.['MakeRequest']).toHaveProperty('additionalProperties', false);
    expect(closed?.['MadeResponse']).not.toHaveProperty('additionalProperties');
    expect(closed?.['OpenRequest']).toHaveProperty('additionalProperties', true);
  });
});
