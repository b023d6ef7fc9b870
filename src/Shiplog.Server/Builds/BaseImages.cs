using Shiplog.Contracts.Orders;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Builds;

/// <summary>The images that a build begins with or copies from: here, or pulled.</summary>
internal sealed class BaseImages(IEventLog log, ImagePulls pulls)
{
    /// <summary>All of them, before anything is done: a build that lacks one should fail at once.</summary>
    /// <returns>By the names in the Dockerfile.</returns>
    /// <exception cref="BuildException">One is nowhere.</exception>
    public async Task<IReadOnlyDictionary<string, Image>> GetAllAsync(
        BuildStage[] stages, Dockerfile file, IReadOnlyDictionary<string, string> global, BuildRequest asked, BuildOutput output, DockerRequest request)
    {
        var images = new Dictionary<string, Image>();
        foreach (var stage in stages)
        {
            var name = BaseNames.Of(stage, file, asked);
            if (name is not BaseNames.Scratch && file.BaseStage(name, stage.Index) is null && !images.ContainsKey(name))
                images[name] = await GetAsync(name, PlatformOf(stage, file, global) ?? asked.Options.Platform, asked, output, request);
            foreach (var from in stage.Instructions.Where(i => i.Keyword is "COPY").Select(i => i.Flag("from")).OfType<string>())
            {
                if (file.StageOf(from, stage.Index) is null && !images.ContainsKey(from))
                    images[from] = await SourceAsync(from, asked, output, request);
            }
        }
        return images;
    }

    private async Task<Image> SourceAsync(string from, BuildRequest asked, BuildOutput output, DockerRequest request)
    {
        try
        {
            return await GetAsync(from, asked.Options.Platform, asked, output, request);
        }
        catch (Exception e) when (e is BuildException or DockerException)
        {
            throw new BuildException(FailureKind.NotFound, $"invalid from flag value {from}: {e.Message}");
        }
    }

    private static string? PlatformOf(BuildStage stage, Dockerfile file, IReadOnlyDictionary<string, string> global) => stage.Platform is not { } written ? null
        : Words.TryExpand(written, global.GetValueOrDefault, file.Escape, out var platform, out var fault) ? platform
        : throw BuildException.Invalid(fault);

    /// <param name="platform">What it is to run on; <see langword="null"/> for this host.</param>
    private async Task<Image> GetAsync(string name, string? platform, BuildRequest asked, BuildOutput output, DockerRequest request)
    {
        if (!asked.Options.Pull && await log.FindImageAsync(name, request.Cancellation) is { } here && (platform is null || ImageWire.ConfigOf(here).Fits(platform)))
            return here;
        if (!ImageReference.TryParse(name, out var reference, out var error))
            throw BuildException.Invalid($"failed to parse image name \"{name}\": {error}");
        await pulls.PullForBuildAsync(reference, platform, RegistryAuth.OfConfig(request.Http.Request, reference.Domain), output.IsQuiet, request);
        return await log.FindImageAsync(reference.ToString(), request.Cancellation)
            ?? throw new BuildException(FailureKind.NotFound, $"the image {reference.Familiar} is gone again");
    }
}

/// <summary>What FROM names.</summary>
internal static class BaseNames
{
    /// <summary>The name of nothing.</summary>
    public const string Scratch = "scratch";

    /// <exception cref="BuildException">It names nothing.</exception>
    public static string Of(BuildStage stage, Dockerfile file, BuildRequest asked) =>
        file.TryBaseOf(stage.Index, asked.Args, out var name, out var refusal) ? name : throw BuildException.Of(refusal);
}
