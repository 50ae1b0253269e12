/// A seed of a property test.
package struct Seed {}
