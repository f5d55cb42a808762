import { describe, expect, test } from 'vitest'
import { checkUrl, type GuardPolicy } from '../../../src/deliver/guard/url.ts'

const STRICT: GuardPolicy = { allowNetworks: [], allowHttp: false }
const HTTP: GuardPolicy = { allowNetworks: [], allowHttp: true }
const LOCAL: GuardPolicy = { allowNetworks: ['127.0.0.0/8', '10.0.0.0/8'], allowHttp: false }

function refusalOf(url: string, policy: GuardPolicy): string {
  try {
    checkUrl(url, policy)
  } catch (error) {
    expect(error).toMatchObject({ code: 'url_refused', status: 422 })
    return (error as Error).message
  }
  return 'none'
}

describe('a URL passes', () => {
  test.each([
    ['https://example.com/hook', STRICT],
    ['https://example.com:8443/hook?a=b', STRICT],
    ['https://8.8.8.8/', STRICT],
    ['https://[2606:4700:4700::1111]/', STRICT],
    ['https://notlocalhost/', STRICT],
    ['https://localhost.example.com/', STRICT],
    ['HTTPS://EXAMPLE.com', STRICT],
    ['http://example.com/', HTTP],
    ['http://8.8.8.8/', HTTP],
    ['http://127.0.0.1:3000/', LOCAL],
    ['https://127.0.0.1/', LOCAL],
    ['http://[::ffff:10.0.0.1]/', LOCAL],
    ['http://localhost:3000/', LOCAL],
    ['http://app.localhost/', LOCAL],
    ['http://[::1]/', { allowNetworks: ['::1/128'], allowHttp: false }],
    ['http://localhost/', { allowNetworks: ['::1'], allowHttp: false }],
    ['http://8.8.8.8/', { allowNetworks: ['8.8.8.0/24'], allowHttp: false }],
    // Only its address tells whether it is inside, and only the connector knows that.
    ['http://service.internal/', LOCAL],
  ] as const)('%s', (url, policy) => {
    expect(checkUrl(url, policy).href).toBe(new URL(url).href)
  })
})

describe('a URL is refused', () => {
  test.each([
    ['', /not a complete URL/],
    ['example.com', /not a complete URL/],
    ['//example.com', /not a complete URL/],
    ['https://', /not a complete URL/],
    ['https://1.2.3.4.5/', /not a complete URL/],
    ['https://[::1', /not a complete URL/],
    ['https://example.com:99999/', /not a complete URL/],
    ['ftp://example.com/', /scheme is ftp/],
    ['file:///etc/passwd', /scheme is file/],
    ['javascript:alert(1)', /scheme is javascript/],
    ['unix:/var/run/docker.sock', /scheme is unix/],
    ['https://user@example.com/', /user name or a password/],
    ['https://:pass@example.com/', /user name or a password/],
    ['https://example.com:0/', /Port 0/],
    ['https://./', /no host/],
    ['https://../', /no host/],
    ['http://example.com/', /RINGPOST_ALLOW_HTTP=true/],
    ['http://8.8.8.8/', /RINGPOST_ALLOW_HTTP=true/],
  ])('%j: %s', (url, sentence) => {
    expect(refusalOf(url, STRICT)).toMatch(sentence)
  })

  test.each([
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
      '017700000001',
      '127.0.0.1.',
    ],
    ...['[::1]', '[::ffff:127.0.0.1]', '[0:0:0:0:0:ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]'],
    ...['%31%32%37.0.0.1', '１２７.0.0.1', '127。0。0。1', '0', '0.0.0.0', '[::]'],
    ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'a.b.LocalHost.', 'ⓛocalhost', 'localhost%2e'],
    ...['169.254.169.254', '10.0.0.1', '[fe80::1]', '[fd00:ec2::254]'],
  ])('https://%s/ is not public, and it says what to set', (host) => {
    expect(refusalOf(`https://${host}/`, STRICT)).toMatch(
      /is not public: .+\. To allow it, add it to the allowed networks and start ringpost again: RINGPOST_ALLOW_NETWORKS=\S+\.$/,
    )
    expect(refusalOf(`http://${host}/`, HTTP)).toMatch(/is not public/)
  })

  test('outside the allowed networks as ever', () => {
    expect(refusalOf('https://192.168.0.1/', LOCAL)).toMatch(/RINGPOST_ALLOW_NETWORKS=192\.168\.0\.0\/16/)
    expect(refusalOf('https://[::1]/', LOCAL)).toMatch(/is not public/)
    expect(refusalOf('http://8.8.8.8/', LOCAL)).toMatch(/without encryption/)
    expect(refusalOf('https://localhost/', { allowNetworks: ['10.0.0.0/8'], allowHttp: true })).toMatch(
      /loopback/,
    )
  })

  test('without repeating what may be secret', () => {
    expect(refusalOf('https://S3CRET:S3CRET@10.0.0.1/S3CRET?S3CRET', STRICT)).not.toContain('S3CRET')
    expect(refusalOf('https://10.0.0.1/S3CRET?S3CRET#S3CRET', STRICT)).not.toContain('S3CRET')
  })
})
