export * from './application.js';
export * from './patient-application.js';
export * from './professional-application.js';
export * from './request.js';
export * from './specification.js';
