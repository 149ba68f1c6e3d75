import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Application } from 'express';
import { apiPage } from './api-page';
import { toOpenApi31 } from './open-api-31';

export interface OpenApiOptions {
  title: string;
  description: string;
  version: string;
  /** Parts of the API with their descriptions, in the order of the page. */
  tags: readonly { name: string; description: string }[];
  pagePath: string;
  jsonPath: string;
}

/** Builds the OpenAPI 3.1 document of an application's routes and serves it as JSON and as an HTML page. Returns the document. */
export function serveOpenApi(app: NestExpressApplication, options: OpenApiOptions): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(options.title)
    .setDescription(options.description)
    .setVersion(options.version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key, imk_…' }, 'apiKey')
    .addCookieAuth('icmpmon_session', { type: 'apiKey', in: 'cookie' }, 'session');
  for (const { name, description } of options.tags) builder.addTag(name, description);
  const written = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  const document = toOpenApi31(written);
  const adapter = app.getHttpAdapter().getInstance() as Application;
  const [text, page] = [JSON.stringify(document), apiPage(document, options.jsonPath)];
  adapter.get(options.jsonPath, (_request, response) => {
    response.type('application/json').send(text);
  });
  adapter.get(options.pagePath, (_request, response) => {
    response.type('text/html').send(page);
  });
  return document;
}
