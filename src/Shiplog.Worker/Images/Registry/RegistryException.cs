using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Images.Registry;

/// <summary>A registry did not give what was asked for.</summary>
/// <param name="isFinal">Another place, a mirror's or the registry itself, would answer the same.</param>
internal sealed class RegistryException(FailureKind kind, string message, bool isFinal = false, Exception? inner = null) : Exception(message, inner)
{
    public FailureKind Kind => kind;

    public bool IsFinal => isFinal;
}
