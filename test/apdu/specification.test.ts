import { describe, expect, it } from 'vitest';
import {
  type AccessRule,
  APPLICATIONS,
  acceptsParameter,
  COMMON_STATUS,
  type CommandSpec,
  type DataField,
  dataBounds,
  decodeData,
  encodeCommandApdu,
  encodeTag,
  FIELD,
  fieldHasSecret,
  findAlgorithm,
  findFileByFid,
  findFileBySfi,
  fromHex,
  isConstructed,
  matchCommand,
  parseCommandApdu,
  parseRequest,
  STATEMENT,
  SW,
  statusesOf,
  type Template,
  toHex,
} from '../../apdu/index.js';
import { type Extent, sampleBytes } from './sample-values.js';

const BYTES = Array.from({ length: 256 }, (_, value) => value);
const COMMANDS = APPLICATIONS.flatMap((application) =>
  Object.entries(application.commands).map(([id, command]) => ({ application, id, command })),
);
const ALGORITHMS = APPLICATIONS.flatMap((application) => Object.values(application.algorithms));

function templateOf(field: DataField): readonly Template[] {
  return field.kind === 'template' ? [field.template] : [];
}

/** Every template of the specification, members included, with a name for a failure. */
function allTemplates(): { readonly where: string; readonly template: Template }[] {
  const found = [
    ...COMMANDS.flatMap(({ application, id, command }) =>
      [...templateOf(command.data), ...templateOf(command.response)].map((template) => ({
        where: `${application.id} ${id}`,
        template,
      })),
    ),
    ...ALGORITHMS.map((algorithm) => ({ where: algorithm.id, template: algorithm.input })),
    ...Object.entries(STATEMENT).map(([where, { fields }]) => ({ where, template: fields as Template })),
  ];
  const members = (where: string, template: Template): typeof found =>
    Object.values(template).flatMap((object) =>
      object.fields
        ? [
            { where: `${where} ${object.name}`, template: object.fields },
            ...members(`${where} ${object.name}`, object.fields),
          ]
        : [],
    );
  return [...found, ...found.flatMap(({ where, template }) => members(where, template))];
}

function leaves(rule: AccessRule): readonly AccessRule[] {
  if (typeof rule === 'string') return [rule];
  if ('all' in rule) return rule.all.flatMap(leaves);
  if ('any' in rule) return rule.any.flatMap(leaves);
  return [rule];
}

describe('every application', () => {
  it('has an identifier of its own of 5 to 16 bytes, none the beginning of another', () => {
    for (const { aid } of APPLICATIONS) {
      expect(fromHex(aid).length).toBeGreaterThanOrEqual(5);
      expect(fromHex(aid).length).toBeLessThanOrEqual(16);
      expect(aid).toBe(aid.toUpperCase());
      expect(APPLICATIONS.filter((other) => other.aid.startsWith(aid))).toHaveLength(1);
    }
    expect(new Set(APPLICATIONS.map(({ id }) => id)).size).toBe(APPLICATIONS.length);
  });

  it.each(APPLICATIONS)('$id: files and algorithms have distinct references', (application) => {
    const files = Object.values(application.files);
    const distinct = (values: readonly unknown[]) => expect(new Set(values).size).toBe(values.length);
    distinct(files.map((file) => file.fid));
    distinct(files.filter((file) => file.sfi !== 0).map((file) => file.sfi));
    distinct(files.map((file) => file.name));
    for (const file of files) {
      expect(file.sfi).toBeLessThanOrEqual(30);
      expect(file.structure === 'transparent').toBe(file.records === 0);
      expect(file.size).toBeGreaterThan(0);
      if (file.structure !== 'transparent') expect(file.size).toBeLessThanOrEqual(256);
      expect(findFileByFid(application, file.fid)).toBe(file);
      expect(findFileBySfi(application, file.sfi)).toBe(file);
    }
    expect(findFileBySfi(application, 0)).toBeUndefined();
    const algorithms = Object.entries(application.algorithms);
    distinct(algorithms.map(([, algorithm]) => algorithm.reference));
    for (const [id, algorithm] of algorithms) {
      expect(algorithm.id).toBe(id);
      expect(findAlgorithm(application, algorithm.reference)).toBe(algorithm);
    }
    distinct(Object.values(application.pins).map((pin) => pin.reference));
  });

  it.each(APPLICATIONS)('$id: no header belongs to two commands', (application) => {
    const commands = Object.values(application.commands);
    let headers = 0;
    for (const command of commands) {
      const p1s = BYTES.filter((p1) => acceptsParameter(command.p1, p1));
      const p2s = BYTES.filter((p2) => acceptsParameter(command.p2, p2));
      expect(p1s.length * p2s.length).toBeGreaterThan(0);
      const rivals = commands.filter(
        (other) =>
          other !== command &&
          other.cla === command.cla &&
          other.ins === command.ins &&
          p1s.some((p1) => acceptsParameter(other.p1, p1)) &&
          p2s.some((p2) => acceptsParameter(other.p2, p2)),
      );
      expect(rivals.map((rival) => rival.id)).toEqual([]);
      for (const p1 of p1s) {
        for (const p2 of p2s) {
          headers++;
          if (matchCommand(application, command.cla, command.ins, p1, p2) !== command) {
            throw new Error(`${command.id} ${p1} ${p2}`);
          }
        }
      }
    }
    console.log(`${application.id}: ${commands.length} commands, ${headers} headers`);
  });

  it.each(APPLICATIONS)('$id: says what is wrong with any other header', (application) => {
    expect(matchCommand(application, 0x00, 0x00, 0, 0)).toBe('instruction not supported');
    expect(matchCommand(application, 0x80, 0x20, 0, 0x81)).toBe('class not supported');
    expect(matchCommand(application, 0x00, 0x20, 0, 0x80)).toBe('incorrect P1-P2');
    expect(matchCommand(application, 0x00, 0x2a, 0x01, 0x02)).toBe('incorrect P1-P2');
  });
});

describe('every command', () => {
  it.each(COMMANDS)('$application.id $id', ({ application, id, command }) => {
    expect(command.id).toBe(id);
    expect(command.name).not.toBe('');
    expect(command.clause).toMatch(/^(ISO\/IEC 7816-\d+:\d{4}, \d|GlobalPlatform |project, )/);
    expect(command.summary).toMatch(/\.$/);
    expect(command.states.length).toBeGreaterThan(0);
    // 60 to 6F and 90 to 9F are no instructions (ISO/IEC 7816-3:2006, 10.3.3)
    expect([0x6, 0x9]).not.toContain(command.ins >> 4);
    expect(Object.values(application.commands).filter((other) => other.id === id)).toHaveLength(1);
    checkBounds(command);
    checkStatuses(command);
    if (command.access === 'by algorithm') expect(Object.keys(application.algorithms)).not.toEqual([]);
    if (command.access === 'by file') expect(Object.keys(application.files)).not.toEqual([]);
    checkExamples(application.id, command);
  });

  function checkBounds(command: CommandSpec) {
    for (const field of [command.data, command.response]) {
      if (field.kind === 'bytes') expect(field.min).toBeLessThanOrEqual(field.max);
      const shortest = sampleBytes(field, 'shortest');
      const longest = sampleBytes(field, 'longest');
      expect(longest.length).toBe(field.kind === 'template' ? longest.length : dataBounds(field).max);
      expect(longest.length).toBeLessThanOrEqual(dataBounds(field).max);
      expect(() => decodeData(field, shortest)).not.toThrow();
      expect(() => decodeData(field, longest)).not.toThrow();
    }
    if (command.chaining || command.data.kind === 'none') return;
    // a card without extended lengths takes 255 bytes, protected or not
    const plain = sampleBytes(command.data, 'longest');
    // a protected command may always come in a chain
    expect(plain.length).toBeLessThanOrEqual(255);
  }

  function checkStatuses(command: CommandSpec) {
    const own = command.status.map(({ status }) => status.sw);
    expect(new Set(own).size).toBe(own.length);
    for (const { status, reason } of statusesOf(command)) {
      expect(Object.values(SW)).toContain(status);
      expect(reason).not.toBe('');
    }
    expect(statusesOf(command)).toHaveLength(own.length + COMMON_STATUS.length);
  }

  function checkExamples(application: string, command: CommandSpec) {
    for (const example of command.examples ?? []) {
      const apdu = parseCommandApdu(fromHex(example.command));
      if ('fault' in apdu) throw new Error(`${application} ${command.id}: ${apdu.fault}`);
      expect([apdu.cla, apdu.ins]).toEqual([command.cla, command.ins]);
      expect(acceptsParameter(command.p1, apdu.p1) && acceptsParameter(command.p2, apdu.p2)).toBe(true);
      expect(parseRequest(command, apdu)).toBeTypeOf('object');
      expect(toHex(encodeCommandApdu(apdu))).toBe(example.command.toLowerCase());
      expect(fieldHasSecret(command.data)).toBe(false);
    }
  }

  it.each(['shortest', 'longest'] as const)('parses the %s request that it declares', (extent: Extent) => {
    for (const { application, command } of COMMANDS) {
      const p1 = BYTES.find((value) => acceptsParameter(command.p1, value))!;
      const p2 = BYTES.find((value) => acceptsParameter(command.p2, value))!;
      const data = sampleBytes(command.data, extent);
      const le = command.response.kind === 'none' ? undefined : 256;
      const apdu = { cla: command.cla, ins: command.ins, p1, p2, data, le, extended: false };
      const parsed = parseRequest(command, apdu);
      if (data.length === 0 && command.data.kind === 'template') {
        expect(parsed).toBe('length'); // all objects are optional, but not all at once
      } else {
        expect(parsed, `${application.id} ${command.id}`).toBeTypeOf('object');
      }
      if (le === undefined) expect(parseRequest(command, { ...apdu, le: 1 })).toBe('length');
      const tooLong = new Uint8Array(dataBounds(command.data).max + 1);
      expect(parseRequest(command, { ...apdu, data: tooLong })).toBe('length');
      if (command.data.kind === 'template') {
        expect(parseRequest(command, { ...apdu, data: fromHex('0000') })).toBe('data');
      }
    }
  });
});

describe('every template', () => {
  it('has tags that BER allows, each once, of the right form', () => {
    const templates = allTemplates();
    let objects = 0;
    for (const { where, template } of templates) {
      const declared = Object.values(template);
      expect(new Set(declared.map(({ tag }) => tag)).size, where).toBe(declared.length);
      for (const object of declared) {
        objects++;
        expect(() => encodeTag(object.tag), `${where}: ${object.name}`).not.toThrow();
        expect(isConstructed(object.tag), `${where}: ${object.name}`).toBe(object.format === 'template');
        expect(object.min).toBeLessThanOrEqual(object.max);
        if (object.format === 'uint') expect(object.min).toBe(object.max);
      }
    }
    console.log(`${templates.length} templates, ${objects} data objects`);
    expect(objects).toBeGreaterThan(100);
  });

  it('reuses a tag of the private class for one thing only', () => {
    const names = new Map<number, string>();
    for (const object of Object.values(FIELD)) {
      expect(names.get(object.tag), object.name).toBeUndefined();
      names.set(object.tag, object.name);
    }
  });

  it('never puts two statements under one domain tag', () => {
    const domains = Object.values(STATEMENT).map(({ domain }) => domain);
    expect(new Set(domains).size).toBe(domains.length);
    for (const domain of domains) expect(domain).toMatch(/^IMIS-v1\/[a-z0-9/-]+$/);
  });
});

describe('every access rule', () => {
  it('is made of knowledge and roles that exist', () => {
    const rules = APPLICATIONS.flatMap((application) => [
      ...Object.values(application.commands).map(({ access }) => access),
      ...Object.values(application.files).map(({ read }) => read),
      ...Object.values(application.algorithms).map(({ access }) => access),
    ]).filter((rule): rule is AccessRule => rule !== 'by file' && rule !== 'by algorithm');
    for (const leaf of rules.flatMap(leaves)) {
      if (typeof leaf === 'string') expect(['always', 'never']).toContain(leaf);
      else expect(Object.keys(leaf)).toHaveLength(1);
    }
    for (const rule of rules) {
      if (typeof rule === 'object' && 'all' in rule) expect(rule.all.length).toBeGreaterThan(0);
      if (typeof rule === 'object' && 'any' in rule) expect(rule.any.length).toBeGreaterThan(0);
    }
  });
});
