import { DomainError } from '@icmp-mon/platform/errors';
import { type ArgumentMetadata, Injectable, ValidationPipe, type ValidationError } from '@nestjs/common';

interface FieldError {
  pointer: string;
  detail: string;
}

const ERRORS_MAX = 50;
const DEPTH_MAX = 16;

const escaped = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');

function fieldErrors(errors: ValidationError[], prefix: string): FieldError[] {
  return errors.flatMap((error) => {
    const pointer = `${prefix}${escaped(error.property)}`;
    const own = Object.values(error.constraints ?? {}).map((detail) => ({ pointer, detail }));
    return [...own, ...fieldErrors(error.children ?? [], `${pointer}/`)];
  });
}

/** Without recursion, which a hostile body would exhaust. */
function deeperThan(value: unknown, depthMax: number): boolean {
  let level = [value];
  for (let depth = 0; depth <= depthMax; depth += 1) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}

const PLACE = { body: 'body', query: 'query', param: 'path', custom: 'request' } as const;

/** Validates bodies and queries by their classes: unknown members are refused, each error names its place. */
@Injectable()
export class RequestPipe extends ValidationPipe {
  constructor() {
    super({ whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true, transform: true });
    this.exceptionFactory = (errors) => new InvalidFields(errors);
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && this.toValidate(metadata) && (typeof value !== 'object' || value === null)) {
      throw new DomainError('invalid', 'Send a JSON object with Content-Type: application/json.');
    }
    if (metadata.type === 'body' && deeperThan(value, DEPTH_MAX)) {
      throw new DomainError('invalid', `The body is nested more than ${DEPTH_MAX} deep.`);
    }
    try {
      return (await super.transform(value, metadata)) as unknown;
    } catch (error) {
      if (!(error instanceof InvalidFields)) throw error;
      const fields = fieldErrors(error.errors, metadata.type === 'body' ? '#/' : '?').slice(0, ERRORS_MAX);
      const names = fields.map((field) => field.pointer.replace(/^(#\/|\?)/, ''));
      throw new DomainError(
        'invalid',
        `The ${PLACE[metadata.type]} is not valid: see errors (${[...new Set(names)].slice(0, 10).join(', ')}).`,
        fields,
      );
    }
  }
}

class InvalidFields extends Error {
  constructor(readonly errors: ValidationError[]) {
    super('invalid fields');
  }
}
