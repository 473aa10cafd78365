/** Script: `npx tsx perf/import-card-data.ts <carddata folder> [output folder]`. */
import { profilesFolder } from './profile-files.js';
import { importCardData } from './write-profiles.js';

const [dataFolder, outputFolder = profilesFolder()] = process.argv.slice(2);
if (dataFolder === undefined) {
  console.error('usage: npx tsx perf/import-card-data.ts <carddata folder> [output folder]');
  process.exitCode = 2;
} else {
  const ids = importCardData(dataFolder, outputFolder);
  console.log(`${ids.length} profiles written: ${ids.join(', ')}`);
}
