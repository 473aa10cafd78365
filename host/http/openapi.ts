/** The OpenAPI document of NHI's interface, made from the table of operations. */

import { z } from 'zod';
import { OPERATIONS, pathOf } from './operations.js';

const JSON_TYPE = 'application/json';
const PROBLEM = {
  description: 'a problem document (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
} as const;

/** OpenAPI 3.1. */
export function openApiDocument(): object {
  const paths = OPERATIONS.map((operation) => {
    const { role, method, summary, request, answer } = operation;
    const post = {
      operationId: `${role}.${method}`,
      tags: [role],
      summary,
      security: [{ mutualTLS: [] }],
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: schemaOf(request) } } },
      responses: {
        200: { description: 'done', content: { [JSON_TYPE]: { schema: schemaOf(answer) } } },
        '4XX': PROBLEM,
        503: PROBLEM,
      },
    };
    return [pathOf(operation), { post }];
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'NHI',
      version: '1',
      description:
        'What hospitals, pharmacies and insurers ask of NHI. The caller is who its certificate names; byte strings are base64.',
    },
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { mutualTLS: { type: 'mutualTLS' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
          },
        },
      },
    },
  };
}

function schemaOf(shape: z.ZodType): object {
  const { $schema: _schema, ...schema } = z.toJSONSchema(shape, { io: 'input' });
  return schema;
}
