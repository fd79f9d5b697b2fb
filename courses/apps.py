from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "Formations"

    def ready(self) -> None:
        from courses import receivers  # noqa: F401 - connects them, once the models are loaded
        from courses.forms import CourseForm
        from courses.models import CoursePage

        CoursePage.base_form_class = CourseForm  # the form reads across models, which a model may not
