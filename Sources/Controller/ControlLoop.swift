/// The continuous loop.
package enum ControlLoop {}
