import type { Request, Response } from 'express';
import type { CalendarFeed } from './read-calendar';

/** Returns the body of the answer: empty with 304 if the client has this version. Express compares only if the client accepts caches. */
export function answerCalendar({ text, etag }: CalendarFeed, request: Request, response: Response): string {
  response.setHeader('ETag', etag);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (!known.includes(etag) && !known.includes('*')) return text;
  response.status(304);
  return '';
}
