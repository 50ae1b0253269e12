/// Reads what a proxy really runs.
package enum Observer {}
