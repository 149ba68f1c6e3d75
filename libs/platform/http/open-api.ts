import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Application } from 'express';
import { toOpenApi31 } from './open-api-31';

export interface OpenApiOptions {
  title: string;
  description: string;
  version: string;
  /** Path of the page; the document is beside it. */
  uiPath: string;
  jsonPath: string;
}

/** Schema of every error answer. */
const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457 problem document.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    instance: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description: 'JSON pointer into the body (#/ip), or ?name for a query parameter.',
          },
          detail: { type: 'string' },
        },
      },
    },
  },
};

/** Builds the OpenAPI 3.1 document of an application's routes, serves it, and a page to read and try it. */
export function serveOpenApi(app: NestExpressApplication, options: OpenApiOptions): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(options.title)
    .setDescription(options.description)
    .setVersion(options.version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key, imk_…' }, 'apiKey')
    .addCookieAuth('icmpmon_session', { type: 'apiKey', in: 'cookie' }, 'session')
    .build();
  const written = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  const document = toOpenApi31(written, PROBLEM_SCHEMA);
  SwaggerModule.setup(options.uiPath, app, document, { raw: false, customSiteTitle: options.title });
  const adapter = app.getHttpAdapter().getInstance() as Application;
  const text = JSON.stringify(document);
  adapter.get(options.jsonPath, (_request, response) => {
    response.type('application/json').send(text);
  });
  return document;
}
