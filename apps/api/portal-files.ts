import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';

/** Files whose name the build changes with their content. */
const HASHED = /\/((main|chunk|styles|polyfills|scripts)-[\w-]{8}\.(js|css)|media\/.+-[\w-]{8}\.\w+)$/;
/** A missing file must not look like a page; an address at the end of a path is no file. */
const FILE = /\.[a-z][a-z0-9]{1,10}$/i;
const PAGE = 'index.html';
const NOT_PAGES = /^\/(api|livez|readyz|metrics)(\/|$)/;
/** What the build has compressed, the smaller first; the file's name has the ending. */
const ENCODINGS = [
  { coding: 'br', ending: '.br' },
  { coding: 'gzip', ending: '.gz' },
] as const;

/** Serves the portal's build; every path of the portal's own routes gets the page. */
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

/** Paths of the portal's own routes are those of its page. */
function onlyPages(page: string): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    const wantsPage = ['GET', 'HEAD'].includes(request.method) && request.accepts(['html', 'json']) === 'html';
    const isPage = wantsPage && !NOT_PAGES.test(request.path) && !FILE.test(request.path) && existsSync(page);
    if (isPage) request.url = `/${PAGE}`;
    next();
  };
}

/** Puts the compressed file in the place of one that is asked for by a client that reads it. */
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

/** Paths of the portal's files with the endings of what is compressed of each. */
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
