import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';

/** Files whose names contain a hash of their content. */
const HASHED = /\/((main|chunk|styles|polyfills|scripts)-[\w-]{8}\.(js|css)|media\/.+-[\w-]{8}\.\w+)$/;
/**
 * A path with a file extension: if the file is missing, the answer is 404 and not index.html. An IP address at the end of a path is not a
 * file extension.
 */
const FILE = /\.[a-z][a-z0-9]{1,10}$/i;
const PAGE = 'index.html';
const NOT_PAGES = /^\/(api|livez|readyz|metrics)(\/|$)/;
/** Encodings of the compressed files in the build, the smaller first, with their file endings. */
const ENCODINGS = [
  { coding: 'br', ending: '.br' },
  { coding: 'gzip', ending: '.gz' },
] as const;

/** Serves the portal's build, and index.html for every route of the portal. */
export function servePortal(app: NestExpressApplication, directory: string): void {
  const page = path.join(directory, PAGE);
  app.use(onlyPages(page));
  app.use(compressedFiles(directory));
  app.use(
    express.static(directory, {
      index: false,
      redirect: false,
      setHeaders: (response, file) => {
        const encoding = ENCODINGS.find(({ ending }) => file.endsWith(ending));
        const name = encoding === undefined ? file : file.slice(0, -encoding.ending.length);
        response.setHeader('Cache-Control', HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache');
        if (encoding === undefined) return;
        response.setHeader('Content-Encoding', encoding.coding);
        (response as Response).type(path.extname(name));
      },
    }),
  );
}

/** Serves index.html for every route of the portal. */
function onlyPages(page: string): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    const wantsPage = ['GET', 'HEAD'].includes(request.method) && request.accepts(['html', 'json']) === 'html';
    const isPage = wantsPage && !NOT_PAGES.test(request.path) && !FILE.test(request.path) && existsSync(page);
    if (isPage) request.url = `/${PAGE}`;
    next();
  };
}

/** Rewrites the path to the compressed file when the client accepts its encoding. */
function compressedFiles(directory: string): RequestHandler {
  const compressed = compressedIn(directory);
  return (request: Request, response: Response, next: NextFunction) => {
    const endings = compressed.get(request.path);
    if (endings === undefined) return next();
    response.vary('Accept-Encoding');
    const chosen = ENCODINGS.find(
      ({ coding, ending }) => endings.has(ending) && request.acceptsEncodings(coding) !== false,
    );
    if (chosen !== undefined) request.url = request.path + chosen.ending;
    next();
  };
}

/** Returns the endings of the compressed files by the path of the original. */
function compressedIn(directory: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  if (!existsSync(directory)) return found;
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const ending = path.extname(file);
    if (!ENCODINGS.some((encoding) => encoding.ending === ending)) continue;
    const of = `/${file.slice(0, -ending.length).split(path.sep).join('/')}`;
    found.set(of, (found.get(of) ?? new Set()).add(ending));
  }
  return found;
}
