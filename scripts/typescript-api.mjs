// The compiler's JavaScript API, which TypeScript 7 no longer has and openapi-typescript is built on.
import { ts } from '@ts-morph/common'

export default ts
