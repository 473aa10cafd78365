/**
 * Answers of a running service against its OpenAPI document: status, content type and body. The check of a
 * body is written from JSON Schema's own rules, apart from the library that made the document.
 */

export type SeenAnswer = {
  readonly method: string;
  readonly path: string;
  /** The body of the request. */
  readonly sent: string | undefined;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
};

export type JsonSchema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
};
type Content = { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
export type OpenApiDocument = {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly post: {
          readonly requestBody: Content;
          readonly responses: Readonly<Record<string, Content>>;
        };
      }
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
};

/** Keywords that {@link violation} judges by, or that say nothing about a value. */
const KNOWN = new Set(
  '$ref type description properties required additionalProperties items enum pattern minimum maximum exclusiveMinimum minLength maxLength maxItems'.split(
    ' ',
  ),
);
const MOST_SHOWN = 60;

/** Where an answer is not what the document declares; `undefined` where it is. */
export function undeclared(document: OpenApiDocument, seen: SeenAnswer): string | undefined {
  const { method, path, status, contentType, text } = seen;
  const where = `${method} ${path} ${status}`;
  const responses = document.paths[path]?.post.responses;
  // an answer to something that is no operation is a problem document of the same kind
  const declared = (method === 'POST' && responses) || Object.values(document.paths)[0]!.post.responses;
  const response = declared[status] ?? declared[`${String(status)[0]}XX`];
  if (!response) return `${where}: this status is not declared`;
  const schema = response.content[contentType]?.schema;
  if (!schema) return `${where}: the content type ${contentType} is not declared`;
  const wrong = violation(document, schema, JSON.parse(text));
  return wrong && `${where}: ${wrong}`;
}

function violation(
  document: OpenApiDocument,
  schema: JsonSchema,
  value: unknown,
  at = '',
): string | undefined {
  const unknown = Object.keys(schema).find((keyword) => !KNOWN.has(keyword));
  if (unknown) return `at ${at}/ the keyword ${unknown} is not judged here`;
  if (schema.$ref) {
    return violation(document, document.components.schemas[schema.$ref.split('/').at(-1)!]!, value, at);
  }
  const refuse = (rule: string) => `at ${at}/ ${JSON.stringify(value)?.slice(0, MOST_SHOWN)} breaks ${rule}`;
  if (schema.enum && !schema.enum.includes(value)) return refuse('enum');
  switch (schema.type) {
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('type');
      const members = value as Readonly<Record<string, unknown>>;
      const { properties = {}, required = [] } = schema;
      const missing = required.find((name) => !Object.hasOwn(members, name));
      if (missing) return refuse(`required ${missing}`);
      for (const [name, member] of Object.entries(members)) {
        const own = properties[name];
        if (!own && schema.additionalProperties === false) return refuse(`additionalProperties: ${name}`);
        const wrong = own && violation(document, own, member, `${at}/${name}`);
        if (wrong) return wrong;
      }
      return undefined;
    }
    case 'array': {
      if (!Array.isArray(value)) return refuse('type');
      if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) return refuse('maxItems');
      for (const [index, item] of value.entries()) {
        const wrong = violation(document, schema.items ?? {}, item, `${at}/${index}`);
        if (wrong) return wrong;
      }
      return undefined;
    }
    case 'string': {
      if (typeof value !== 'string') return refuse('type');
      const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern = '' } = schema;
      const length = [...value].length;
      if (length < minLength || length > maxLength) return refuse('minLength or maxLength');
      return new RegExp(pattern, 'u').test(value) ? undefined : refuse('pattern');
    }
    case 'integer': {
      if (!Number.isSafeInteger(value)) return refuse('type');
      const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
      const { exclusiveMinimum = Number.NEGATIVE_INFINITY } = schema;
      const number = value as number;
      return number >= minimum && number <= maximum && number > exclusiveMinimum
        ? undefined
        : refuse('minimum or maximum');
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : refuse('type');
    default:
      return refuse(`type ${schema.type}, which is not judged here`);
  }
}
