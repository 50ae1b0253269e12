/// The network between Apus and a simulated fleet.
package enum SimulatedNetwork {}
