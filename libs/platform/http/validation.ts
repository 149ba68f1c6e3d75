import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { type ArgumentMetadata, Injectable, ValidationPipe, type ValidationError } from '@nestjs/common';
import { didYouMean } from '@icmp-mon/platform/text';
import { getMetadataStorage } from 'class-validator';
import { DEPTH_MAX, escapedSegment, MEMBERS_MAX, sentValueFaults } from './sent-value';

const ERRORS_MAX = 50;

/** Rules that check the type. If one fails, only it is reported, not length and pattern as well. */
const TYPE_RULES = ['isString', 'isInt', 'isNumber', 'isBoolean', 'isArray', 'isObject'];

/** Returns the names of the fields that a request class declares, in order. */
function fieldsOf(request: object | undefined): string[] {
  if (request === undefined) return [];
  const rules = getMetadataStorage().getTargetValidationMetadatas(request.constructor, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

function complaints(
  { property, value, target, constraints = {} }: ValidationError,
  kind: 'field' | 'parameter',
): string[] {
  if ('whitelistValidation' in constraints)
    return [`There is no ${kind} "${property}"${didYouMean(property, fieldsOf(target))}`];
  if (value === undefined && Object.keys(constraints).length > 0) return [`${property} is required`];
  const type = TYPE_RULES.find((rule) => rule in constraints);
  return type === undefined ? Object.values(constraints) : [constraints[type]];
}

function fieldErrors(errors: ValidationError[], prefix: string): FieldError[] {
  return errors.flatMap((error) => {
    const pointer = `${prefix}${escapedSegment(error.property)}`;
    const own = complaints(error, prefix.startsWith('?') ? 'parameter' : 'field').map((detail) => ({
      pointer,
      detail,
    }));
    return [...own, ...fieldErrors(error.children ?? [], `${pointer}/`)];
  });
}

const PLACE = { body: 'body', query: 'query', param: 'path', custom: 'request' } as const;

function invalidFields(type: ArgumentMetadata['type'], fields: FieldError[]): DomainError {
  const names = fields.map((field) => field.pointer.replace(/^(#\/|\?)/, ''));
  const named = [...new Set(names)].slice(0, 10).join(', ');
  return new DomainError('invalid', `The ${PLACE[type]} is not valid: see errors (${named}).`, fields);
}

/**
 * Checks a body or query by the rules that hold for all of them (`sentValueFaults`).
 * @throws DomainError `invalid`
 */
export function requireSound(value: unknown, type: 'body' | 'query'): void {
  const faults = sentValueFaults(value, type === 'body' ? '#/' : '?');
  if (faults === null) return;
  if (faults.kind === 'fields') throw invalidFields(type, faults.errors);
  const detail =
    faults.kind === 'too_deep'
      ? `is nested more than ${DEPTH_MAX} levels deep`
      : `has more than ${MEMBERS_MAX} members`;
  throw new DomainError('invalid', `The ${type} ${detail}.`);
}

/** Validates bodies and queries by their classes: unknown members are refused; each error names its field. */
@Injectable()
export class RequestPipe extends ValidationPipe {
  constructor() {
    super({
      ...{ whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true, transform: true },
      // The target is needed for the names of its fields (`fieldsOf`).
      validationError: { target: true },
    });
    this.exceptionFactory = (errors) => new InvalidFields(errors);
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (metadata.type === 'body' && this.toValidate(metadata) && !isObject) {
      throw new DomainError('invalid', 'The body is not a JSON object. Send one with Content-Type: application/json.');
    }
    if (metadata.type === 'body' || metadata.type === 'query') requireSound(value, metadata.type);
    try {
      return (await super.transform(value, metadata)) as unknown;
    } catch (error) {
      if (!(error instanceof InvalidFields)) throw error;
      const fields = fieldErrors(error.errors, metadata.type === 'body' ? '#/' : '?').slice(0, ERRORS_MAX);
      throw invalidFields(metadata.type, fields);
    }
  }
}

class InvalidFields extends Error {
  constructor(readonly errors: ValidationError[]) {
    super('invalid fields');
  }
}
