import type { OpenAPIObject } from '@nestjs/swagger';
import { API_PAGE_STYLE } from './api-page-style';
import { isObject, type Json, type JsonObject } from './json-value';

interface Operation {
  method: string;
  path: string;
  operation: JsonObject;
}

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPED[char] ?? char);
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const objectsOf = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
/** Escapes a text; what is between backticks becomes `<code>`. */
const prose = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
const idOf = ({ method, path }: Operation): string => `${method}-${path.replace(/[^\w]+/g, '-')}`;

/** Renders an OpenAPI document as one HTML page without scripts, in the colours of the portal. */
export function apiPage(openApi: OpenAPIObject, jsonPath: string): string {
  const document = JSON.parse(JSON.stringify(openApi)) as JsonObject;
  const info = isObject(document['info']) ? document['info'] : {};
  const tags = objectsOf(document['tags']).map((tag) => ({
    name: textOf(tag['name']),
    description: textOf(tag['description']),
  }));
  const operations = operationsOf(document);
  const ofTag = (name: string): Operation[] => operations.filter(({ operation }) => tagOf(operation) === name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(textOf(info['title']))} API</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style>${API_PAGE_STYLE}</style>
</head>
<body>
<header class="bar"><a href="/">${escaped(textOf(info['title']))}</a><span class="quiet">API, version ${escaped(textOf(info['version']))}</span><a href="${jsonPath}">OpenAPI 3.1</a></header>
<div class="columns">
<nav aria-label="Parts of the API"><ul>${tags.map(({ name }) => `<li><a href="#tag-${escaped(name)}">${escaped(name)}</a></li>`).join('')}</ul></nav>
<main>
<h1>The API of ${escaped(textOf(info['title']))}</h1>
<p>${prose(textOf(info['description']))}</p>
<p class="quiet">A request carries an API key as <code>Authorization: Bearer imk_…</code>, or the cookie of a login. Errors are problem documents (RFC 9457).</p>
${tags.map(({ name, description }) => section(name, description, ofTag(name), document)).join('\n')}
</main>
</div>
</body>
</html>
`;
}

function operationsOf(document: JsonObject): Operation[] {
  const paths = isObject(document['paths']) ? document['paths'] : {};
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(isObject(item) ? item : {}).flatMap(([method, operation]) =>
      isObject(operation) ? [{ method, path, operation }] : [],
    ),
  );
}

const tagOf = ({ tags }: JsonObject): string => (Array.isArray(tags) ? textOf(tags[0]) : '');

function section(name: string, description: string, operations: readonly Operation[], document: JsonObject): string {
  const listed = operations.map((each) => operationHtml(each, document)).join('\n');
  return `<section id="tag-${escaped(name)}" aria-labelledby="title-${escaped(name)}"><h2 id="title-${escaped(name)}">${escaped(name)}</h2><p class="quiet">${prose(description)}</p>
${listed}</section>`;
}

function operationHtml(each: Operation, document: JsonObject): string {
  const { method, path, operation } = each;
  const permission = textOf(operation['x-permission']);
  const parts = [
    operation['description'] === undefined ? '' : `<p>${prose(textOf(operation['description']))}</p>`,
    permission === '' ? '' : `<p class="quiet">Requires the permission <code>${escaped(permission)}</code>.</p>`,
    parametersHtml(objectsOf(operation['parameters'])),
    bodyHtml(operation['requestBody']),
    responsesHtml(operation['responses'], document),
  ];
  return `<details id="${idOf(each)}"><summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${escaped(path)}</code> <h3>${prose(textOf(operation['summary']))}</h3></summary>
<div class="inside">${parts.filter((part) => part !== '').join('\n')}</div></details>`;
}

function parametersHtml(parameters: readonly JsonObject[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map((parameter) => {
    const required = parameter['required'] === true ? ', required' : '';
    const schema = isObject(parameter['schema']) ? parameter['schema'] : {};
    return `<tr><td><code>${escaped(textOf(parameter['name']))}</code></td><td>${escaped(textOf(parameter['in']))}${required}</td><td>${escaped(typeText(schema))}</td><td>${prose(textOf(parameter['description']))}</td></tr>`;
  });
  return `<h4>Parameters</h4><table><thead><tr><th scope="col">Name</th><th scope="col">Where</th><th scope="col">Type</th><th scope="col">Description</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function bodyHtml(body: Json | undefined): string {
  if (!isObject(body) || !isObject(body['content'])) return '';
  const [[type, media]] = Object.entries(body['content']);
  return `<h4>Body, ${escaped(type)}</h4>${exampleHtml(media)}`;
}

function responsesHtml(responses: Json | undefined, document: JsonObject): string {
  if (!isObject(responses)) return '';
  const answers = Object.entries(responses).map(([status, found]) => {
    const answer = resolved(found, document);
    const [media] = isObject(answer['content']) ? Object.values(answer['content']) : [];
    const kind = status.startsWith('2') ? 'status good' : 'status';
    return `<p><span class="${kind}">${status}</span> ${prose(textOf(answer['description']))}</p>${exampleHtml(media)}`;
  });
  return `<h4>Responses</h4>${answers.join('\n')}`;
}

/** Returns the object that a `$ref` points to, or `value` itself when it is not a reference. */
function resolved(value: Json, document: JsonObject): JsonObject {
  if (!isObject(value)) return {};
  if (typeof value['$ref'] !== 'string') return value;
  let found: Json = document;
  for (const segment of value['$ref'].split('/').slice(1)) found = isObject(found) ? (found[segment] ?? null) : null;
  return isObject(found) ? found : {};
}

function exampleHtml(media: Json | undefined): string {
  if (!isObject(media) || media['example'] === undefined) return '';
  const { example } = media;
  const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
  return `<pre>${escaped(text)}</pre>`;
}

function typeText(schema: JsonObject): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map(String).join(', ');
  const type = [schema['type']].flat().map(String).join(' or ');
  const { minimum, maximum, minLength, maxLength, format } = schema;
  if (typeof maximum === 'number') return `${type}, ${typeof minimum === 'number' ? minimum : 0} to ${maximum}`;
  if (typeof maxLength === 'number')
    return `${type}, ${typeof minLength === 'number' ? minLength : 0} to ${maxLength} characters`;
  return typeof format === 'string' ? `${type} (${format})` : type;
}
