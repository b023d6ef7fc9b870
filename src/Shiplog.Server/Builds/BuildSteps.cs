using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Engine;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Builds;

/// <summary>A step that is planned.</summary>
/// <param name="CopyFrom">The image that it copies from; <see langword="null"/> for the context.</param>
/// <param name="Proven">All steps of the stage before it were in the cache: only then can this one be.</param>
internal sealed record StepToDo(
    string BuildId, int Step, string Stage, Instruction Instruction, StepPlan Plan, string? CopyFrom, bool Proven, DateTimeOffset Began);

/// <summary>A step that has its image.</summary>
internal sealed record StepDone(StageState State, bool Cached);

/// <summary>Does a build's steps: looks into the cache, has the worker make the image, records what came of it.</summary>
internal sealed class BuildSteps(
    BuildCache cache, BuildContainers containers, IEventLog log, StoreReader reader, IWorker worker, TimeProvider time)
{
    // The fact is durable when the order's outcome is here. Triggers of a base image share the number of its FROM, one after the other.
    private const string Made =
        "select data ->> 'imageId', data ->> 'configJson' from mt_events where causation_id = $1 and type = 'image_built' and (data ->> 'step')::integer = $2 " +
        "order by seq_id desc limit 1";

    /// <summary>A stage on nothing.</summary>
    /// <param name="platform"><c>os/architecture[/variant]</c>; <see langword="null"/> for this host's.</param>
    public static StageState Nothing(string? platform) => platform?.Split('/') is [_, var architecture, .. var rest]
        ? StageState.OnNothing(architecture, rest is [var variant] ? variant : null)
        : StageState.OnNothing(HostFacts.GoArchitecture, null);

    /// <exception cref="BuildException">It came to nothing.</exception>
    public async Task<StepDone> DoAsync(StepToDo todo, BuildRequest asked, IBuildOutput output, DockerRequest request, CancellationToken cancellation)
    {
        var copy = todo.Plan.Copy is { } c ? c with { FromImageId = todo.CopyFrom } : null;
        var sources = copy is null ? null : await SourcesAsync(todo.BuildId, copy, cancellation);
        if (sources is not null)
            todo = todo with { Plan = todo.Plan.With(sources) };
        var key = todo.Plan.Key(todo.CopyFrom, sources?.Digest);
        var hit = todo.Proven && !asked.Options.NoCache ? await cache.FindAsync(key, cancellation) : null;
        if (hit is not null)
        {
            await output.SayAsync(" ---> Using cache\n");
            await RecordAsync(Completed(todo, hit.ImageId, $"the same as step {hit.Step} of build {hit.BuildId}") with { Cached = true, CacheKey = key, FromBuildId = hit.BuildId }, request);
            return new StepDone(todo.Plan.After with { ImageId = hit.ImageId, Image = hit.Image }, true);
        }
        var reason = asked.Options.NoCache ? "no cache was to be used"
            : !todo.Proven ? "the step before it is a new one"
            : await cache.ReasonAsync(todo.Plan, todo.Instruction.Original, key, cancellation);
        return await MakeAsync(todo, copy, key, reason, asked, output, request, cancellation);
    }

    public Task RecordAsync(BuildStepCompleted step, DockerRequest request) => log.AppendAsync(
        [(Streams.Build(step.BuildId), step)], request.NewCommand() with { CommandId = step.BuildId }, CancellationToken.None);

    private async Task<StepDone> MakeAsync(
        StepToDo todo, BuildCopy? copy, string key, string reason, BuildRequest asked, IBuildOutput output, DockerRequest request, CancellationToken cancellation)
    {
        var container = todo.Plan.Run is not { } run ? null : await containers.RunAsync(
            run, todo.Plan.After.ImageId ?? throw BuildException.Invalid("RUN needs an image to run in: FROM scratch has none before something is copied"),
            asked, todo.BuildId, output, request, cancellation);
        var order = new BuildImageStep(request.NewCommand().CommandId, todo.BuildId, todo.Step, todo.Plan.After.ImageId, todo.Plan.ConfigTemplate(time.GetUtcNow()))
        {
            Copy = copy,
            Folder = todo.Plan.Folder,
            ContainerId = container,
        };
        // What has begun is not broken off: the image is there or not.
        if ((await worker.SendAsync(order, CancellationToken.None)).Failure is { } failure)
            throw BuildException.Of(failure);
        var (id, json) = (await reader.QueryAsync(Made, row => (row.GetString(0), row.GetString(1)), CancellationToken.None, todo.BuildId, todo.Step))[0];
        if (!ImageConfig.TryParse(json, out var config))
            throw new InvalidOperationException($"the config of image {id} cannot be read");
        await RecordAsync(Completed(todo, id, reason) with { CacheKey = key, ContainerId = container }, request);
        if (container is not null && asked.RemoveContainers)
        {
            await containers.RemoveAsync(container, () => request.NewCommand(BuildContainers.Cause));
            await output.SayAsync($" ---> Removed intermediate container {container[..12]}\n");
        }
        return new StepDone(todo.Plan.After with { ImageId = id, Image = config }, false);
    }

    private BuildStepCompleted Completed(StepToDo todo, string imageId, string reason) => new(
        todo.BuildId, todo.Step, todo.Stage, todo.Instruction.Line, todo.Instruction.Original, todo.Plan.After.ImageId, imageId, Cached: false, reason,
        todo.Began, time.GetUtcNow());

    /// <summary>What the copied files are now.</summary>
    private async Task<BuildSourceDigest> SourcesAsync(string buildId, BuildCopy copy, CancellationToken cancellation)
    {
        try
        {
            using var content = JsonContent.Create(copy, DockerJson.Default.BuildCopy);
            using var answer = await WorkerStream.PostAsync(worker, WorkerStreams.BuildSources(buildId), content, cancellation);
            await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
            return await JsonSerializer.DeserializeAsync(body, DockerJson.Default.BuildSourceDigest, cancellation)
                ?? throw new InvalidOperationException("the worker told no digest");
        }
        catch (DockerException e)
        {
            throw new BuildException(e.Status < 500 ? FailureKind.Invalid : FailureKind.Internal, e.Message);
        }
    }
}
