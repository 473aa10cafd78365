/** Typed requests and responses: the one place where a declaration turns into bytes and back. */

import type { CommandApdu, CommandApduFields } from '../command-apdu.js';
import { decodeTemplate, encodeTemplate, type Template, type ValuesOf } from '../template.js';
import { TlvError } from '../tlv.js';
import {
  acceptsParameter,
  type CommandSpec,
  type DataField,
  dataBounds,
  type Parameter,
} from './specification.js';

/** A short EF identifier, 0 for the current file, with the meaning of the mode beside it. */
export type FileAndMode<Mode extends string = string> = { readonly file: number; readonly mode: Mode };

/** The value of a parameter: the meaning of an enumeration, the number of a range, a short EF identifier. */
type ParameterValue<P extends Parameter> = P extends { kind: 'enum'; values: infer V }
  ? keyof V & string
  : P extends { kind: 'short-file'; modes: infer M }
    ? FileAndMode<keyof M & string>
    : number;

type ParameterField<Name extends string, P extends Parameter> = P extends { kind: 'constant' }
  ? unknown
  : { readonly [K in Name]: ParameterValue<P> };

type DataValue<D extends DataField> = D extends { kind: 'template'; template: infer T extends Template }
  ? { readonly data: ValuesOf<T> }
  : D extends { kind: 'bytes'; optional: true }
    ? { readonly data?: Uint8Array | undefined }
    : D extends { kind: 'bytes' }
      ? { readonly data: Uint8Array }
      : unknown;

/** What a caller gives and a handler receives for command `C`. */
export type RequestOf<C extends CommandSpec> = ParameterField<'p1', C['p1']> &
  ParameterField<'p2', C['p2']> &
  DataValue<C['data']>;

/** What command `C` answers beside its status word. */
export type ResponseOf<C extends CommandSpec> = C['response'] extends {
  kind: 'template';
  template: infer T extends Template;
}
  ? ValuesOf<T>
  : C['response'] extends { kind: 'bytes' }
    ? Uint8Array
    : undefined;

/** Request values before the declaration types them. */
export type LooseRequest = {
  readonly p1?: LooseParameter;
  readonly p2?: LooseParameter;
  readonly data?: unknown;
};
type LooseParameter = number | string | FileAndMode;

function parameterByte(parameter: Parameter, value: LooseParameter | undefined): number {
  switch (parameter.kind) {
    case 'constant':
      return parameter.value;
    case 'enum': {
      const byte = parameter.values[value as string];
      if (byte === undefined) throw new RangeError(`${parameter.name}: no value "${value}"`);
      return byte;
    }
    case 'range':
      if (!acceptsParameter(parameter, value as number))
        throw new RangeError(`${parameter.name}: ${value} is out of range`);
      return value as number;
    case 'short-file': {
      if (!parameter.modes) return ((value as number) << 3) | parameter.mode;
      const { file, mode } = value as FileAndMode;
      return (file << 3) | parameterByte({ ...parameter, kind: 'enum', values: parameter.modes }, mode);
    }
  }
}

function parameterValue(parameter: Parameter, byte: number): LooseParameter {
  switch (parameter.kind) {
    case 'enum':
      return meaningOf(parameter.values, byte)!;
    case 'short-file':
      return parameter.modes
        ? { file: byte >> 3, mode: meaningOf(parameter.modes, byte & 0x07)! }
        : byte >> 3;
    default:
      return byte;
  }
}

/** The meaning that a table gives to a value. */
export function meaningOf(values: { readonly [meaning: string]: number }, value: number): string | undefined {
  return Object.keys(values).find((meaning) => values[meaning] === value);
}

/** The command APDU of a request. @throws {RangeError} when a value is not what the declaration allows. */
export function encodeRequest<const C extends CommandSpec>(
  spec: C,
  request: RequestOf<C>,
): CommandApduFields {
  const { p1, p2, data } = request as LooseRequest;
  const bytes = encodeData(spec.data, data);
  return {
    cla: spec.cla,
    ins: spec.ins,
    p1: parameterByte(spec.p1, p1),
    p2: parameterByte(spec.p2, p2),
    data: bytes,
    ...(spec.response.kind === 'none' || spec.answersWithoutLe ? {} : { le: 256 }),
  };
}

/** Bytes of a command or response data field. @throws {RangeError} for values out of bounds. */
export function encodeData(field: DataField, value: unknown): Uint8Array {
  switch (field.kind) {
    case 'none':
      return new Uint8Array(0);
    case 'bytes': {
      const bytes = (value as Uint8Array | undefined) ?? new Uint8Array(0);
      if ((bytes.length < field.min || bytes.length > field.max) && !(field.optional && bytes.length === 0)) {
        throw new RangeError(
          `${field.name}: ${bytes.length} bytes, allowed are ${field.min} to ${field.max}`,
        );
      }
      return bytes;
    }
    case 'template':
      return encodeTemplate(field.template, value as ValuesOf<Template>);
  }
}

/** Typed values of a data field. @throws {TlvError} when the bytes are not what is declared. */
export function decodeData(field: DataField, bytes: Uint8Array): unknown {
  if (field.kind === 'template') return decodeTemplate(field.template, bytes);
  if (field.kind === 'none') {
    if (bytes.length > 0) throw new TlvError('no data expected', 0);
    return undefined;
  }
  if (field.optional && bytes.length === 0) return undefined;
  if (bytes.length < field.min || bytes.length > field.max) {
    throw new TlvError(`${field.name} has ${bytes.length} bytes`, 0);
  }
  return bytes;
}

/** Why a command does not fit its declaration, in the order in which a card checks. */
export type RequestFault = 'length' | 'data';

/**
 * The typed request of a command APDU whose INS, P1 and P2 already matched `spec`.
 * `length`: the data can not have that length at all (6700). `data`: the content is wrong (6A80).
 */
export function parseRequest(spec: CommandSpec, apdu: CommandApdu): LooseRequest | RequestFault {
  const { min, max } = dataBounds(spec.data);
  if (apdu.data.length > max || (spec.data.kind !== 'template' && apdu.data.length < min)) return 'length';
  if (spec.data.kind === 'template' && apdu.data.length === 0) return 'length';
  if (spec.response.kind === 'none' && apdu.le !== undefined) return 'length';
  if (
    spec.data.kind === 'bytes' &&
    spec.data.optional &&
    apdu.data.length > 0 &&
    apdu.data.length < spec.data.min
  ) {
    return 'length';
  }
  try {
    return {
      p1: parameterValue(spec.p1, apdu.p1),
      p2: parameterValue(spec.p2, apdu.p2),
      data: decodeData(spec.data, apdu.data),
    };
  } catch (error) {
    if (error instanceof TlvError) return 'data';
    throw error;
  }
}
