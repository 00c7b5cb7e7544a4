// Names for what the contract describes; the contract itself is generated from docs/openapi.json.
import type { components, paths } from './contract.gen'

type Schemas = components['schemas']
export type AuditEntry = Schemas['AuditEntry']
export type Check = Schemas['Check']
export type CreatedTenant = Schemas['CreatedTenant']
export type CreatedToken = Schemas['CreatedToken']
export type Diff = Schemas['Diff']
export type Fault = Schemas['Fault']
export type Load = NonNullable<Check['loads']>[number]
export type Me = Schemas['Me']
export type NewRun = Schemas['NewRun']
export type Option = Schemas['Option']
export type Plant = Schemas['Plant']
export type Problem = Schemas['Problem']
export type Role = Schemas['Role']
export type Run = Schemas['Run']
export type Tenant = Schemas['Tenant']
export type Token = Schemas['Token']
export type Version = Schemas['Version']

export type Paths = paths
type Answer<R> = R extends { content: { 'application/json': infer Body } } ? Body : R extends { content?: never } ? undefined : never
type Good<O> = O extends { responses: infer R } ? Answer<R[keyof R & (200 | 201 | 202 | 204)]> : never
type Named<O, In extends string> = O extends { parameters: { [K in In]?: infer P } } ? P : never

export type Method = 'get' | 'post' | 'patch' | 'delete'
export type PathOf<M extends Method> = { [P in keyof Paths]: Paths[P] extends { [K in M]: { responses: unknown } } ? P : never }[keyof Paths]
export type Operation<P extends keyof Paths, M extends Method> = Paths[P] extends { [K in M]: infer O } ? O : never
export type Answered<P extends keyof Paths, M extends Method> = Good<Operation<P, M>>
export type Wanted<P extends keyof Paths, M extends Method> = {
    path?: Named<Operation<P, M>, 'path'>
    query?: Named<Operation<P, M>, 'query'>
    body?: Operation<P, M> extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never
}
/** Paths whose answer is a page of a list. */
export type ListPath = { [P in PathOf<'get'>]: Answered<P, 'get'> extends { items: unknown[]; next?: string } ? P : never }[PathOf<'get'>]
