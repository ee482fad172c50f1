// Lets a child process of a test run the TypeScript sources on a Node that cannot by itself.
import { register } from 'node:module'

register('./typescript-loader.mjs', import.meta.url)
