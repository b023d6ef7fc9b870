using System.Buffers;
using Shiplog.Contracts.Orders;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>The way of every command on a container: find it, decide, append the intent, order, wait for the outcome.</summary>
internal sealed class ContainerCommands(IEventLog log, IWorker worker)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <param name="prefix">Before the words of a refusal.</param>
    /// <exception cref="DockerException">There is none.</exception>
    public async Task<Container> FindAsync(string idOrName, CancellationToken cancellation, string prefix = "") =>
        await log.FindContainerAsync(idOrName, cancellation) ?? throw DockerException.NoSuchContainer(idOrName, prefix);

    /// <summary><see langword="null"/> where there is none.</summary>
    public Task<Container?> TryFindAsync(string idOrName, CancellationToken cancellation) => log.FindContainerAsync(idOrName, cancellation);

    /// <summary>The full id. A text that is one costs no query; whether there is such a container is still to be seen.</summary>
    /// <exception cref="DockerException">There is none.</exception>
    public async Task<string> IdOfAsync(string idOrName, CancellationToken cancellation) =>
        idOrName.Length == 64 && !idOrName.AsSpan().ContainsAnyExcept(HexDigits)
            ? idOrName
            : (await FindAsync(idOrName, cancellation)).Id;

    /// <summary>Appends what the decision accepts. From here on a client that goes changes nothing.</summary>
    /// <param name="prefix">Before the words of a refusal.</param>
    /// <returns>The intent; <see langword="null"/> where there was nothing to do.</returns>
    /// <exception cref="DockerException">The command is refused.</exception>
    public async Task<TIntent?> AcceptAsync<TIntent>(
        string containerId, Func<Container, Decision> decide, CommandContext context, string prefix = "") where TIntent : class =>
        Accepted<TIntent>(await log.DecideAsync(Streams.Container(containerId), decide, context, CancellationToken.None), prefix);

    /// <exception cref="DockerException">The command is refused.</exception>
    public static TIntent? Accepted<TIntent>(Decision decision, string prefix = "") where TIntent : class => decision switch
    {
        Decision.Refused refused => throw DockerException.Of(refused.Reason, prefix),
        Decision.Accepted accepted => accepted.Events.OfType<TIntent>().FirstOrDefault(),
        _ => throw new InvalidOperationException("a decision is either accepted or refused"),
    };

    /// <summary>Has the worker carry out an accepted command. When this returns, its outcome is durable.</summary>
    /// <exception cref="DockerException">It came to nothing.</exception>
    public async Task CarryOutAsync(Order order, string prefix = "")
    {
        var outcome = await worker.SendAsync(order, CancellationToken.None);
        if (outcome.Failure is { } failure)
            throw new DockerException(DockerErrors.StatusOf(failure.Kind), prefix + failure.Error);
    }
}
