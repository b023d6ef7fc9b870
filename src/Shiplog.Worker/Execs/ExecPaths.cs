using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Execs;

/// <summary>Where everything of one exec is. A reboot may take all of it: it takes the program, too.</summary>
internal sealed class ExecPaths
{
    /// <exception cref="OrderException">The id is no name for a folder.</exception>
    public ExecPaths(ContainerPaths container, string id)
    {
        if (id.Length is 0 or > 128 || !id.All(char.IsAsciiLetterOrDigit))
            throw new OrderException(new OrderFailure("", FailureKind.Invalid, $"invalid exec id: \"{id}\""));
        (Container, Id) = (container, id);
    }

    public ContainerPaths Container { get; }

    public string Id { get; }

    /// <summary>Also conmon's folder for its socket and pipe. Root's alone: what is to be run may hold secrets.</summary>
    public string Folder => Path.Combine(All(Container), Id);

    /// <summary>The journal.</summary>
    public string State => Path.Combine(Folder, "state.json");

    /// <summary>What is to be run, for the runtime; gone when it runs.</summary>
    public string Spec => Path.Combine(Folder, "process.json");

    /// <summary>Written by the runtime when the program runs.</summary>
    public string PidFile => Path.Combine(Folder, "pid");

    /// <summary>Why the runtime could not run it.</summary>
    public string RuntimeLog => Path.Combine(Folder, "log");

    /// <summary>What conmon writes when the program has ended; it names it by the container.</summary>
    public string ExitFile => Path.Combine(Folder, Container.Id);

    /// <summary>The folders of a container's execs.</summary>
    public static string All(ContainerPaths container) => Path.Combine(container.Bundle, "execs");
}
